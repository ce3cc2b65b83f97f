"""pgqueuer: batches of 1,000. https://pgqueuer.readthedocs.io/en/latest/guides/performance/"""

import time
from datetime import timedelta

import asyncpg
import uvloop
from pgqueuer import AsyncpgPoolDriver, Queries, QueueManager

import common

BATCH = 1000


class Peer:
    def __init__(self, pool):
        self.pool = pool
        self.queries = Queries(AsyncpgPoolDriver(pool))

    async def enqueue(self, task, at):
        payload = None if at is None else repr(at).encode()
        ahead = None if at is None else timedelta(seconds=max(at - time.time(), 0))
        await self.queries.enqueue(task, payload, execute_after=ahead)

    async def enqueue_many(self, task, count):
        for start in range(0, count, 5000):
            many = min(5000, count - start)
            await self.queries.enqueue([task] * many, [None] * many, [0] * many)

    async def work(self, tasks, begun):
        manager = QueueManager(self.queries)
        for task, following in zip(tasks, [*tasks[1:], None]):
            manager.entrypoint(task)(self.handler(task, following, begun))
        await manager.run(batch_size=BATCH)

    def handler(self, task, following, begun):
        async def handle(job):
            begun(task, float(job.payload) if job.payload else None)
            if following:
                await self.queries.enqueue(following, None)

        return handle

    async def unfinished(self):
        return await self.pool.fetchval("select count(*) from pgqueuer")

    async def settle(self):
        await self.pool.execute("vacuum analyze")


async def open_peer(url, _tasks):
    peer = Peer(await asyncpg.create_pool(url, min_size=10, max_size=20))
    await peer.queries.install()
    return peer


uvloop.install()
common.main(open_peer)
