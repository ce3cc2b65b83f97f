"""The measurements, the same for every peer written in Python.

A peer has these coroutines:
  enqueue(task, at)          enqueues one job and returns when it is committed; with a time (seconds since 1970) it is due then
  enqueue_many(task, count)  enqueues many at once, as the peer does it best
  work(tasks, begun)         works until it is cancelled; each job calls begun(task, at), then enqueues one job of the next task
                             in the list
  unfinished()               how many jobs are not yet finished in the database
  settle()                   brings the database to rest after enqueue_many
"""

import asyncio
import json
import os
import sys
import time

CLIENTS = 8
CHAIN = ["first", "second", "third"]
BETWEEN_SINGLES = 0.015
WARM_UP = 20
AHEAD, SPREAD = 2.0, 5.0


async def by_clients(count, one):
    numbers = iter(range(count))

    async def client():
        for number in numbers:
            await one(number)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


class Worker:
    """The peer's worker in a task of its own; when it fails, so does the measurement."""

    def __init__(self, peer, tasks, begun):
        self.task = asyncio.create_task(peer.work(tasks, begun))

    async def until(self, event):
        waiting = asyncio.create_task(event.wait())
        await asyncio.wait({waiting, self.task}, return_when=asyncio.FIRST_COMPLETED)
        if not event.is_set():
            self.task.result()
            raise RuntimeError("the worker ended")


async def enqueue(peer, count, tasks):
    """While the worker works the jobs off, or without one."""
    worker = Worker(peer, tasks, lambda _task, _at: None) if tasks else None
    await by_clients(CLIENTS * 4, lambda _: peer.enqueue("noop", None))
    began = time.time()
    await by_clients(count, lambda _: peer.enqueue("noop", None))
    taken = time.time() - began
    if worker and worker.task.done():
        worker.task.result()
    return {"per_second": count / taken}


async def worked(peer, count, tasks):
    """From the start of the first handler until every job is finished in the database."""
    await peer.enqueue_many(tasks[0], count)
    await peer.settle()
    began, done, all_begun = None, 0, asyncio.Event()

    def begun(task, _at):
        nonlocal began, done
        began = began or time.time()
        done += task == tasks[-1]
        if done == count:
            all_begun.set()

    await Worker(peer, tasks, begun).until(all_begun)
    while await peer.unfinished():
        await asyncio.sleep(0.002)
    return {"per_second": count / (time.time() - began)}


async def latency(peer, count):
    started, at, ms = asyncio.Event(), 0.0, []

    def begun(_task, _at):
        nonlocal at
        at = time.time()
        started.set()

    worker = Worker(peer, ["mark"], begun)
    await asyncio.sleep(1)
    for _ in range(WARM_UP + count):
        await asyncio.sleep(BETWEEN_SINGLES)
        started.clear()
        await peer.enqueue("mark", None)
        returned = time.time()
        await worker.until(started)
        ms.append(max(at - returned, 0) * 1000)
    return {"ms": ms[WARM_UP:]}


async def schedule(peer, count):
    ms, all_begun = [], asyncio.Event()

    def begun(_task, at):
        ms.append((time.time() - at) * 1000)
        if len(ms) == count:
            all_begun.set()

    worker = Worker(peer, ["due"], begun)
    await asyncio.sleep(0.5)
    first = time.time() + AHEAD
    await by_clients(count, lambda number: peer.enqueue("due", first + number * SPREAD / count))
    await worker.until(all_begun)
    return {"ms": ms}


MEASUREMENTS = {
    "enqueue": lambda peer, count: enqueue(peer, count, ["noop"]),
    "enqueue_at_rest": lambda peer, count: enqueue(peer, count, None),
    "drain": lambda peer, count: worked(peer, count, ["noop"]),
    "cascade": lambda peer, count: worked(peer, count, CHAIN),
    "latency": latency,
    "schedule": schedule,
}


def main(open_peer):
    """Reads `MEASUREMENT COUNT` from the command line and PEER_URL, and prints one line of JSON."""
    measurement, count = sys.argv[1:]
    url = os.environ["PEER_URL"]

    async def measure():
        peer = await open_peer(url, ["noop", "mark", "due", *CHAIN])
        print(json.dumps(await MEASUREMENTS[measurement](peer, int(count))), flush=True)
        # Nothing is left to do, and the worker would take its time to stop.
        os._exit(0)

    asyncio.run(measure())
