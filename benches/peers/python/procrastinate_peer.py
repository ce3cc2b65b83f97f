"""procrastinate: 10 jobs at a time (5 drain less, 20 and 40 no more). https://procrastinate.readthedocs.io/en/stable/howto/production/concurrency.html"""

from datetime import datetime, timezone

import procrastinate
import psycopg_pool
import uvloop

import common


class Peer:
    def __init__(self, app, pool):
        self.app = app
        self.pool = pool
        self.begun = self.following = None
        self.tasks = {}

    def register(self, name):
        async def handle(at=None):
            self.begun(name, at)
            if self.following[name]:
                await self.tasks[self.following[name]].defer_async()

        self.tasks[name] = self.app.task(name=name)(handle)

    async def enqueue(self, task, at):
        if at is None:
            await self.tasks[task].defer_async()
        else:
            due = datetime.fromtimestamp(at, timezone.utc)
            await self.tasks[task].configure(schedule_at=due).defer_async(at=at)

    async def enqueue_many(self, task, count):
        for start in range(0, count, 1000):
            await self.tasks[task].batch_defer_async(*[{}] * min(1000, count - start))

    async def work(self, tasks, begun):
        self.begun = begun
        self.following = dict(zip(tasks, [*tasks[1:], None]))
        await self.app.run_worker_async(concurrency=10, install_signal_handlers=False)

    async def unfinished(self):
        async with self.pool.connection() as connection:
            select = "select count(*) from procrastinate_jobs where status in ('todo', 'doing')"
            return (await (await connection.execute(select)).fetchone())[0]

    async def settle(self):
        async with self.pool.connection() as connection:
            await connection.execute("vacuum analyze")


async def open_peer(url, tasks):
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, min_size=10, max_size=30))
    await app.open_async()
    await app.schema_manager.apply_schema_async()
    pool = psycopg_pool.AsyncConnectionPool(url, min_size=1, max_size=2, open=False, kwargs={"autocommit": True})
    await pool.open()
    peer = Peer(app, pool)
    for task in tasks:
        peer.register(task)
    return peer


uvloop.install()
common.main(open_peer)
