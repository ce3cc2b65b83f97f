"""Runs the rounds: every measurement of every peer in turn, each in an empty store, each in a process of its own."""

import json
import os
import signal
import statistics
import subprocess

from .install import ROOT
from .peers import PGCASCADE, PGCASCADE_OUTSIDE

# Every number and its unit
UNITS = {
    "enqueue": "jobs/s",
    "enqueue_at_rest": "jobs/s",
    "drain": "jobs/s",
    "cascade": "chains/s",
    "latency_p50": "ms",
    "latency_p99": "ms",
    "lateness_p50": "ms",
    "lateness_p99": "ms",
    "builtin_p50": "ms",
    "builtin_p99": "ms",
    "one_runner": "events/s",
    "by_hand": "events/s",
    "wal": "bytes",
    "wal_single": "bytes",
}
# What `pgcascade bench` calls the numbers of a measurement
OF_BENCH = {
    "enqueue": {"enqueue": "single rows by 8 clients", "wal_single": "WAL per row, insert to processed"},
    "drain": {
        "drain": "stage in SQL",
        "one_runner": "stage in SQL, one runner",
        "by_hand": "the same by hand",
        "wal": "WAL per event, insert to processed",
    },
    "cascade": {"cascade": "three stages"},
    "latency": {
        "latency_p50": "idle, commit to handler, p50",
        "latency_p99": "idle, commit to handler, p99",
        "builtin_p50": "idle, commit to builtin, p50",
        "builtin_p99": "idle, commit to builtin, p99",
    },
    "schedule": {"lateness_p50": "lateness, p50", "lateness_p99": "lateness, p99"},
}
OF_OUTSIDE = {
    "drain": {"drain": "outside stage"},
    "latency": {"latency_p50": "idle, commit to outside call, p50", "latency_p99": "idle, commit to outside call, p99"},
}
# A round of `pgcascade bench` takes so many samples of the latency, and enqueues and schedules these shares of its events
BENCH_SAMPLES = 300
BENCH_ENQUEUES, BENCH_ROOTS, BENCH_SCHEDULED = 5, 5, 10

# What pgcascade is asked beside itself
ENGINE = os.path.join(ROOT, "scripts", "measure-engine")
ENGINE_PARTS = ("enqueue", "schedule", "daemons", "idle", "ledger")
ENGINE_SECONDS = 3600
END_SECONDS = 60


class Failed(RuntimeError):
    """A measurement did not come to its end."""


def percentile(values, share):
    """The nearest rank: the smallest value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


class Steps:
    """Runs measurements, one program at a time, and ends what it started."""

    def __init__(self, programs, stores, counts, timeout):
        self.programs, self.stores, self.counts, self.timeout = programs, stores, counts, timeout
        self.process = None

    def numbers(self, peer, measurement):
        """The numbers of one measurement of one peer, by row and key."""
        store = self.stores.get(peer.store)
        if store is None:
            raise Failed(f"{peer.store} is not there")
        url = store.fresh("peer")
        try:
            if peer.kind == "pgcascade":
                return self.of_pgcascade(measurement, url)
            count = max(1, round(self.counts[measurement] * peer.share.get(measurement, 1)))
            command = [*self.programs.command(peer), measurement, str(count)]
            said = self.said(command, {"PEER_URL": url, **peer.environment})
            return {peer.name: self.of_peer(measurement, said)}
        finally:
            store.drop("peer")

    @staticmethod
    def of_peer(measurement, said):
        if "per_second" in said:
            return {measurement: said["per_second"]}
        key = {"latency": "latency", "schedule": "lateness"}[measurement]
        return {f"{key}_p50": percentile(said["ms"], 50), f"{key}_p99": percentile(said["ms"], 99)}

    def of_pgcascade(self, measurement, url):
        count = self.counts[measurement]
        rounds, events = 1, count
        if measurement == "latency":
            rounds, events = max(1, count // BENCH_SAMPLES), 10
        elif measurement != "drain":
            shares = {"enqueue": BENCH_ENQUEUES, "cascade": BENCH_ROOTS, "schedule": BENCH_SCHEDULED}
            events = count * shares[measurement]
        arguments = ["--only", measurement, "--events", str(max(events, 10)), "--rounds", str(rounds), "--json"]
        said = self.said([self.programs.pgcascade, "bench", *arguments], {"DATABASE_URL": url})
        values = {measure["name"]: measure["median"] for measure in said["measures"]}
        named = {PGCASCADE.name: OF_BENCH[measurement], PGCASCADE_OUTSIDE.name: OF_OUTSIDE.get(measurement, {})}
        return {row: {key: values[name] for key, name in found.items()} for row, found in named.items() if found}

    def engine(self, folder, rounds, small):
        """Has scripts/measure-engine measure pgcascade beside itself; it leaves a file of numbers for each figure in the folder."""
        os.mkdir(folder)
        program = os.path.abspath(self.programs.pgcascade)
        environment = {"VALUES": folder, "PROGRAM": program, "ROUNDS": str(rounds), "SMALL": "yes" if small else ""}
        self.run([ENGINE, *ENGINE_PARTS], environment, ENGINE_SECONDS)

    def run(self, command, environment, timeout):
        """Runs a program to its end and returns what it printed."""
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        try:
            out, error = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f"not done after {timeout} s") from None
        finally:
            self.end()
        if self.process.returncode != 0:
            words = error.strip().splitlines() or ["no word"]
            raise Failed(f"ended with {self.process.returncode}: {' | '.join(words[-3:])[:300]}")
        return out

    def said(self, command, environment):
        """Runs a program to its end and returns the JSON that it printed."""
        out = self.run(command, environment, self.timeout)
        try:
            return json.loads(out[out.index("{") :])
        except ValueError:
            raise Failed(f"printed no numbers: {out[:200]!r}") from None

    def end(self):
        """Ends the program that is running, and what it started: first by a word, since one has a cluster to stop."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def left_in(folder):
    """The numbers of each file of a folder."""
    found = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            found[name] = [float(line) for line in file if line.strip()]
    return found


class Rounds:
    """All rounds: the numbers by row and key, and what failed."""

    def __init__(self, steps, peers, count, say):
        # The outside stage is measured together with the stage in SQL.
        self.peers = [peer for peer in peers if peer is not PGCASCADE_OUTSIDE]
        self.steps, self.count, self.say = steps, count, say
        self.numbers, self.failures = {}, []

    def run(self):
        """Runs them. Ctrl-C after the first round keeps what was measured until then."""
        for number in range(1, self.count + 1):
            # Somebody else begins in each round: what changes in its course is shared out.
            first = (number - 1) * 3 % len(self.peers)
            for peer in self.peers[first:] + self.peers[:first]:
                try:
                    self.turn(number, peer)
                except KeyboardInterrupt:
                    if number == 1:
                        raise
                    self.failed(number, peer.name, "and everything after it", "stopped")
                    return

    def turn(self, number, peer):
        """Every measurement of one peer once."""
        for measurement in peer.measurements:
            try:
                found = self.steps.numbers(peer, measurement)
            except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
                self.failed(number, peer.name, measurement, str(failure))
                continue
            for row, values in found.items():
                for key, value in values.items():
                    self.numbers.setdefault(row, {}).setdefault(key, []).append(value)
            shown = "  ".join(f"{key} {value:,.2f}" for values in found.values() for key, value in values.items())
            self.say(f"✓ round {number}/{self.count}  {peer.name}, {measurement}: {shown}")

    def failed(self, number, peer, measurement, why):
        self.failures.append({"round": number, "peer": peer, "measurement": measurement, "why": why})
        self.say(f"✗ round {number}/{self.count}  {peer}, {measurement}: {why}")


def summary(values):
    """The median, the smallest and the largest."""
    return statistics.median(values), min(values), max(values)
