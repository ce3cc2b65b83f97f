"""Who is measured, in which configuration, and what each of them promises."""

from dataclasses import dataclass, field

MEASUREMENTS = ("enqueue", "enqueue_at_rest", "drain", "cascade", "latency", "schedule")

POSTGRES = "PostgreSQL"
REDIS_ALWAYS = "Redis, AOF always"
REDIS_EVERYSEC = "Redis, AOF everysec"


@dataclass(frozen=True)
class Peer:
    """One row of the results."""

    name: str
    # Where its program is: node, python, rust or pgcascade; which program; which package gives its version
    kind: str
    program: str
    package: str
    store: str
    configuration: str
    # What is left of a job that was done, and what a crash may lose
    ledger: str
    loses: str = "nothing that was committed"
    measurements: tuple = MEASUREMENTS
    environment: dict = field(default_factory=dict)
    # Slow peers get this share of the jobs, so that a round ends; what they reach in a second hardly depends on it
    share: dict = field(default_factory=dict)


PGCASCADE = Peer(
    name="pgcascade",
    kind="pgcascade",
    program="bench",
    package="pgcascade",
    store=POSTGRES,
    configuration="one daemon, 12 connections; stages in SQL, batches its own choice; enqueue: rows "
    "inserted into a published table",
    ledger="every event with its times, and the result rows",
    measurements=("enqueue", "drain", "cascade", "latency", "schedule"),
)
PGCASCADE_OUTSIDE = Peer(
    name="pgcascade, outside stage",
    kind="pgcascade",
    program="bench",
    package="pgcascade",
    store=POSTGRES,
    configuration="the same daemon; each event is handed to a function in Rust, 32 at a time, batches of 2,000",
    ledger="every event with its times",
    measurements=("drain", "latency"),
)

PEERS = (
    PGCASCADE,
    PGCASCADE_OUTSIDE,
    Peer(
        name="graphile-worker",
        kind="node",
        program="graphile-worker.mjs",
        package="graphile-worker",
        store=POSTGRES,
        configuration="local queue of 5,000, completions gathered for 5 ms, 100 jobs at a time",
        ledger="nothing, finished jobs are deleted",
        share={"enqueue": 0.2, "enqueue_at_rest": 0.2},
    ),
    Peer(
        name="graphile_worker (Rust)",
        kind="rust",
        program="graphile_worker",
        package="graphile_worker",
        store=POSTGRES,
        configuration="local queue of 5,000, completions gathered for 5 ms, 100 jobs at a time",
        ledger="nothing, finished jobs are deleted",
        share={"enqueue": 0.1, "enqueue_at_rest": 0.1, "cascade": 0.25},
    ),
    Peer(
        name="pg-boss",
        kind="node",
        program="pg-boss.mjs",
        package="pg-boss",
        store=POSTGRES,
        configuration="2 workers a queue, batches of 2,000, fetching on while batches are full, LISTEN/NOTIFY, polling every "
        "0.5 s; successors of a batch enqueued by one insert",
        ledger="finished jobs, for 7 days",
        share={"enqueue": 0.1, "enqueue_at_rest": 0.1},
    ),
    Peer(
        name="pg-boss, notify off",
        kind="node",
        program="pg-boss.mjs",
        package="pg-boss",
        store=POSTGRES,
        configuration="the same without LISTEN/NOTIFY: faster to enqueue",
        ledger="finished jobs, for 7 days",
        measurements=("enqueue", "enqueue_at_rest", "drain"),
        environment={"PEER_NOTIFY": "off"},
        share={"enqueue": 0.1, "enqueue_at_rest": 0.1},
    ),
    Peer(
        name="pgqueuer",
        kind="python",
        program="pgqueuer_peer.py",
        package="pgqueuer",
        store=POSTGRES,
        configuration="asyncpg pool, uvloop, batches of 1,000",
        ledger="a log of states",
        share={"enqueue": 0.1, "enqueue_at_rest": 0.1, "cascade": 0.25},
    ),
    Peer(
        name="procrastinate",
        kind="python",
        program="procrastinate_peer.py",
        package="procrastinate",
        store=POSTGRES,
        configuration="10 jobs at a time, uvloop, polling every 5 s beside LISTEN/NOTIFY",
        ledger="finished jobs with their states",
        share={"enqueue": 0.1, "enqueue_at_rest": 0.1, "drain": 0.02, "cascade": 0.02},
    ),
    Peer(
        name="underway",
        kind="rust",
        program="underway",
        package="underway",
        store=POSTGRES,
        configuration="16 jobs at a time, polling every 50 ms beside LISTEN/NOTIFY; the cascade is one job of three steps",
        ledger="finished tasks and their attempts",
        share={"enqueue": 0.1, "enqueue_at_rest": 0.1, "drain": 0.02, "cascade": 0.02},
    ),
    Peer(
        name="BullMQ, AOF always",
        kind="node",
        program="bullmq.mjs",
        package="bullmq",
        store=REDIS_ALWAYS,
        configuration="300 jobs at a time, addBulk, finished jobs removed; Redis syncs its log with every write, as PostgreSQL does",
        ledger="nothing, finished jobs are removed",
    ),
    Peer(
        name="BullMQ, AOF everysec",
        kind="node",
        program="bullmq.mjs",
        package="bullmq",
        store=REDIS_EVERYSEC,
        configuration="300 jobs at a time, addBulk, finished jobs removed; Redis syncs its log once a second",
        ledger="nothing, finished jobs are removed",
        loses="up to a second of acknowledged jobs",
    ),
)
