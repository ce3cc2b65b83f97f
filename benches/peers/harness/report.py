"""Writes what was measured: RESULTS.md for people, results.json for programs."""

import datetime
import json
import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass

from .marks import marks
from .measure import ENGINE_PARTS, UNITS, summary
from .peers import PEERS, PGCASCADE, PGCASCADE_OUTSIDE

# Tables of numbers: title, columns (key, heading), and which way is better
TABLES = (
    (
        "Throughput, median (min–max)",
        (
            ("enqueue", "enqueue, worker at work, jobs/s"),
            ("enqueue_at_rest", "enqueue, worker at rest, jobs/s"),
            ("drain", "drain, jobs/s"),
            ("cascade", "cascade, chains/s"),
        ),
    ),
    (
        "Idle latency: enqueue returned (committed) to handler start, ms",
        (("latency_p50", "p50"), ("latency_p99", "p99"), ("builtin_p50", "a `builtin` stage, p50"), ("builtin_p99", "p99")),
    ),
    ("Lateness of scheduled jobs, ms", (("lateness_p50", "p50"), ("lateness_p99", "p99"))),
)


@dataclass
class Results:
    """Everything that a run found."""

    chosen: object
    counts: dict
    peers: list
    numbers: dict
    # What pgcascade was asked beside itself: figure, a number for each round
    engine: dict
    failures: list
    versions: dict
    machine: dict
    minutes: float = 0

    def values(self, row, key):
        return self.numbers.get(row, {}).get(key)

    def median(self, row, key):
        values = self.values(row, key)
        return summary(values)[0] if values else None


def machine(programs, stores):
    """What it was measured on."""
    found = {"cpu": platform.machine(), "cores": len(os.sched_getaffinity(0))}
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            found["cpu"] = re.search(r"model name\s*:\s*(.+)", file.read())[1].strip()
        with open("/proc/meminfo", encoding="utf-8") as file:
            found["memory_gib"] = round(int(re.search(r"MemTotal:\s+(\d+)", file.read())[1]) / 2**20)
        with open("/etc/os-release", encoding="utf-8") as file:
            found["system"] = re.search(r'PRETTY_NAME="?([^"\n]+)', file.read())[1]
    except (OSError, TypeError):
        found.setdefault("system", platform.system())
    found["load_at_end"] = round(os.getloadavg()[0], 1)
    for store in stores.values():
        if hasattr(store, "version"):
            found["postgresql"] = store.version()
    tools = {"redis": [programs.redis, "--version"], "node": [programs.node, "--version"], "rust": ["rustc", "--version"]}
    for name, command in tools.items():
        if command[0]:
            said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
            number = re.search(r"\d+\.\d+\.\d+", said)
            found[name] = number[0] if number else "unknown"
    found["python"] = platform.python_version()
    return found


def shown(value):
    """Large numbers whole and grouped, small ones with two digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}" if value >= 10 else f"{value:,.2f}"


def cell(values):
    if not values:
        return "–"
    median, least, most = summary(values)
    return f"{shown(median)} ({shown(least)}–{shown(most)})" if len(values) > 1 else shown(median)


def table(headings, rows):
    align = ["---"] + ["---:"] * (len(headings) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in [headings, align, *rows])


def listing(headings, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in [headings, ["---"] * len(headings), *rows])


def measured(results):
    parts = []
    for title, columns in TABLES:
        rows = []
        for peer in results.peers:
            cells = [cell(results.values(peer.name, key)) for key, _ in columns]
            if any(text != "–" for text in cells):
                rows.append([f"**{peer.name}**" if peer.kind == "pgcascade" else peer.name, *cells])
        parts.append(f"### {title}\n\n" + table(["", *(heading for _, heading in columns)], rows))
    return "\n\n".join(parts)


def ratio(results, peer, key):
    """How many times better pgcascade is; below 1 the peer is better."""
    ours, theirs = results.median(PGCASCADE.name, key), results.median(peer.name, key)
    if ours is None or theirs is None:
        return "–"
    better = theirs / max(ours, 0.01) if UNITS[key] == "ms" else ours / theirs
    return f"{better:.1f} ×" if better < 10 else f"{better:,.0f} ×"


def ratios(results):
    keys = ("enqueue", "drain", "cascade", "latency_p50", "latency_p99", "lateness_p50", "lateness_p99")
    headings = ["", *(key.replace("_", " ") for key in keys)]
    others = [peer for peer in results.peers if peer.kind != "pgcascade"]
    rows = [[peer.name, *(ratio(results, peer, key) for key in keys)] for peer in others]
    return table(headings, rows)


def outside_ratios(results):
    ours = results.median(PGCASCADE_OUTSIDE.name, "drain")
    theirs = [(peer.name, results.median(peer.name, "drain")) for peer in results.peers if peer.kind != "pgcascade"]
    if ours is None:
        return ""
    said = ", ".join(f"{ours / drain:.1f} × {name}" for name, drain in theirs if drain)
    return f"\nThe outside stage, which calls a function for every event, drains at {said}.\n" if said else ""


def own(results):
    """What only pgcascade is asked in the rounds."""
    hand, drain, one = (results.median(PGCASCADE.name, key) for key in ("by_hand", "drain", "one_runner"))
    if not (hand and drain and one):
        return ""
    return (
        f"\npgcascade's drain reaches {drain / hand:.0%} of the same SQL looped by hand inside the server by one session "
        f"({cell(results.values(PGCASCADE.name, 'by_hand'))} events/s); with one runner instead of two it reaches {one / hand:.0%} "
        f"({cell(results.values(PGCASCADE.name, 'one_runner'))}).\n"
    )


def reached(results):
    """The marks, where anything was asked that has one."""
    if not results.engine:
        return ""
    rows = [[mark.what, mark.reach, mark.figure, {True: "met", False: "**missed**", None: "–"}[mark.met]] for mark in marks(results)]
    small = " This was a quick run: with so little that it only shows that it works." if results.chosen.quick else ""
    return f"""
## What was to be reached

Medians.{small} pgcascade beside itself by `scripts/measure-engine {' '.join(ENGINE_PARTS)}`, after the rounds, on a cluster of its own: each
figure as often as there are rounds. Marks against BullMQ are held against both ways of keeping its log. Of a thousand events in the full
ledger ten had failed, and ten had sent a message; every view of the database is read, twice
in a session, of which the second counts.

{listing(["measure", "reach", "figure", ""], rows)}
"""


def left_out(results):
    """Peers that were not measured."""
    names = [peer.name for peer in PEERS if peer not in results.peers]
    return f"\nNot in this run: {', '.join(names)}." if names else ""


def configurations(results):
    rows = [
        [peer.name, results.versions[peer.name], peer.store, peer.configuration, fewer(results, peer), peer.ledger, peer.loses]
        for peer in results.peers
    ]
    headings = ["", "version", "store", "configuration", "gets fewer jobs", "keeps of a finished job", "a crash may lose"]
    return listing(headings, rows)


def fewer(results, peer):
    """The measurements in which a peer got fewer jobs, and how many."""
    said = [f"{key} {max(1, round(results.counts[key] * share)):,}" for key, share in peer.share.items() if key != "enqueue_at_rest"]
    return ", ".join(said) or "–"


def write(results, output):
    """Writes both files into a folder."""
    counts, found, chosen = results.counts, results.machine, results.chosen
    command = " ".join(["./benches/peers/run", *sys.argv[1:]])
    tools = {"redis": "Redis", "node": "Node", "rust": "Rust", "python": "Python"}
    versions = ", ".join(f"{name} {found[key]}" for key, name in tools.items() if key in found)
    failed = "".join(f"\n- round {f['round']}, {f['peer']}, {f['measurement']}: {f['why']}" for f in results.failures)
    text = f"""# pgcascade beside other job queues

Written by `{command}` on {datetime.date.today().isoformat()}: {chosen.rounds} round{'s' if chosen.rounds > 1 else ''}, in each every peer
in turn, one worker process per peer, everything over loopback.

{found['cores']} cores ({found['cpu']}), {found.get('memory_gib', '?')} GiB, {found['system']}; {found.get('postgresql', 'no PostgreSQL')} (fsync and
synchronous_commit on, shared_buffers 1 GB, everything else default); {versions}. Load at the end: {found['load_at_end']}.
Absolute figures drift with the machine: quote ratios of one run, and treat small differences as ties. The run took
{results.minutes:.0f} minutes.{left_out(results)}

![Medians on logarithmic scales](results.svg)

## Measured

{measured(results)}
{own(results)}{reached(results)}
## pgcascade against each peer

How many times better pgcascade is (stages in SQL; higher throughput, shorter times); below 1 the peer is better.

{ratios(results)}
{outside_ratios(results)}
## What is compared

- **enqueue**: {counts['enqueue']:,} jobs, one commit each, by 8 clients with a connection each, after four each to warm up, while a worker in the same
  process works them off; for the peers also without a worker. Slower ones get fewer, so that each takes some seconds. Each event of
  pgcascade's comes from a row that is inserted into a table of the user's.
- **drain**: {counts['drain']:,} jobs that do nothing, enqueued beforehand. For the peers from the start of the first handler (what they fetched
  before is not counted) until the store says that all are finished; for pgcascade from the first claim until it says so. Both are asked every 2 ms.
- **cascade**: {counts['cascade']:,} chains of three jobs; each handler enqueues the next one. pgcascade's stages write a row whose trigger is the
  next event; clocks as for the drain.
- **latency**: {counts['latency']:,} single jobs, 15 ms or more apart, from the enqueue's return, when the job is committed, to the start of its handler, after 20
  that do not count. Enqueuer and worker share a process. The p99 is the nearest rank. pgcascade's `sql` handlers run in the server and note
  its clock, the others that of the process; the enqueuer compares the server's with its own before each job (three questions, the quickest believed: half its trip is the error).
- **schedule**: {counts['schedule']:,} jobs spread over 5 seconds; how long after its time a job's handler starts (pgcascade: is claimed). pgcascade has ten
  times as many events waiting for a later day besides.
- Before each measurement the store is empty and a checkpoint is written; after bulk insertion the database is vacuumed and analyzed.

Not compared: retries, rate limits, priorities, several workers, and what a handler of real length costs. Deleting finished jobs is
less work than keeping them, and syncing the log once a second is less than with every commit. Peers that would take minutes get fewer
jobs; their rates are by the second all the same:

{configurations(results)}
"""
    if failed:
        text += f"\n## Failed\n{failed}\n"
    output.mkdir(parents=True, exist_ok=True)
    (output / "RESULTS.md").write_text(text, encoding="utf-8")
    raw = {
        "date": datetime.date.today().isoformat(),
        "command": command,
        "rounds": chosen.rounds,
        "counts": counts,
        "machine": found,
        "versions": results.versions,
        "units": UNITS,
        "numbers": results.numbers,
        "engine": results.engine,
        "marks": [vars(mark) for mark in marks(results)] if results.engine else [],
        "minutes": round(results.minutes, 1),
        "failures": results.failures,
    }
    (output / "results.json").write_text(json.dumps(raw, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
