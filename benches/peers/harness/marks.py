"""What is to be reached, and whether it was: a line for each mark."""

from dataclasses import dataclass

from .measure import summary
from .peers import PGCASCADE, PGCASCADE_OUTSIDE, POSTGRES, REDIS_ALWAYS, REDIS_EVERYSEC

GRAPHILE = "graphile-worker"


@dataclass
class Mark:
    """One line: without a verdict it was not measured."""

    what: str
    reach: str
    figure: str
    met: object = None


def at_least(what, reach, value, bound, shown):
    return Mark(what, reach, "not measured") if value is None else Mark(what, reach, shown(value), value >= bound)


def at_most(what, reach, value, bound, shown):
    return Mark(what, reach, "not measured") if value is None else Mark(what, reach, shown(value), value <= bound)


def of(part, whole):
    return part / whole if part is not None and whole else None


def percent(value):
    return f"{value:.1%}"


def times(value):
    return f"{value:.2f} ×"


def ms(value):
    return f"{value:.2f} ms"


def unit(words, digits=0):
    return lambda value: f"{value:,.{digits}f} {words}"


class Figures:
    """The medians of a run."""

    def __init__(self, results):
        self.results = results

    def ours(self, key, row=PGCASCADE.name):
        return self.results.median(row, key)

    def engine(self, key, which=lambda values: summary(values)[0]):
        values = self.results.engine.get(key)
        return which(values) if values else None

    def peer(self, name, key):
        return self.results.median(name, key)

    def on(self, store):
        """The peers of a store that were measured."""
        return [peer for peer in self.results.peers if peer.store == store and peer.kind != PGCASCADE.kind]

    def bullmq(self, value, key, bound, what):
        """Against both, whichever the more durable: the mark names none."""
        for store in (REDIS_ALWAYS, REDIS_EVERYSEC):
            for peer in self.on(store):
                yield at_least(what, f"≥ {bound} × {peer.name}", of(value, self.peer(peer.name, key)), bound, times)

    def best(self, key, choose):
        """Name and median of the best PostgreSQL peer."""
        found = [(self.peer(peer.name, key), peer.name) for peer in self.on(POSTGRES)]
        return choose((found for found in found if found[0] is not None), default=(None, "–"))


def throughput(figures):
    drain, outside = figures.ours("drain"), figures.ours("drain", PGCASCADE_OUTSIDE.name)
    what = "drain, `sql` stage"
    yield at_least(what, "≥ 70% of the same SQL by hand", of(drain, figures.ours("by_hand")), 0.7, percent)
    yield at_least(what, f"≥ 2 × {GRAPHILE}", of(drain, figures.peer(GRAPHILE, "drain")), 2, times)
    yield from figures.bullmq(drain, "drain", 8, what)
    what = "drain, outside `builtin` stage"
    yield at_least(what, f"≥ 1 × {GRAPHILE}", of(outside, figures.peer(GRAPHILE, "drain")), 1, times)
    yield from figures.bullmq(outside, "drain", 4, what)
    what, cascade = "cascade of three stages", figures.ours("cascade")
    yield from figures.bullmq(cascade, "cascade", 5, what)
    best, name = figures.best("cascade", max)
    yield at_least(what, f"≥ 10 × the best PostgreSQL peer ({name})", of(cascade, best), 10, times)


def enqueue(figures):
    what = "8 clients, single rows, a daemon at work"
    told, enqueued = figures.engine("enqueue_told"), figures.ours("enqueue")
    yield at_least(what, "≥ 85% of the same without any NOTIFY", of(told, figures.engine("enqueue_mute")), 0.85, percent)
    yield at_least(what, f"≥ 5 × {GRAPHILE}", of(enqueued, figures.peer(GRAPHILE, "enqueue")), 5, times)
    for peer in figures.on(REDIS_ALWAYS):
        yield at_least(what, f"≥ 1 × {peer.name}", of(enqueued, figures.peer(peer.name, "enqueue")), 1, times)


def latency(figures):
    best, name = figures.best("latency_p50", min)
    least, whose = figures.best("latency_p99", min)
    for kind, p50, p99 in (("sql", "latency_p50", "latency_p99"), ("builtin", "builtin_p50", "builtin_p99")):
        what = f"idle, commit to handler, `{kind}`"
        yield at_most(what, "p50 ≤ 1.0 ms", figures.ours(p50), 1.0, ms)
        yield at_most(what, f"p50 ≤ half of the best PostgreSQL peer's ({name})", of(figures.ours(p50), best), 0.5, percent)
        yield at_most(what, f"p99 below every PostgreSQL peer's ({whose}: {least or 0:.2f} ms)", of(figures.ours(p99), least), 0.999, percent)


def schedule(figures):
    what = "10,000 events over 60 s among 1,000,000 waiting"
    yield at_most(what, "lateness p50 ≤ 3 ms", figures.engine("schedule_p50"), 3, ms)
    yield at_most(what, "lateness p99 ≤ 20 ms", figures.engine("schedule_p99"), 20, ms)
    yield at_most(what, "each done, none before its time", figures.engine("schedule_not_in_time", max), 0, unit("events in the worst round"))


def ledger(figures):
    what = "10 million processed events in the ledger"
    for key, words in (("drain", "claim and work, `sql` stage"), ("outside", "claim and complete, outside stage")):
        full, empty = figures.engine(f"ledger_{key}_full"), figures.engine(f"ledger_{key}_empty")
        yield at_least(what, f"{words}: ≥ 90% of an empty one's rate", of(full, empty), 0.9, percent)
    yield at_most(what, "every view ≤ 200 ms", figures.engine("ledger_slowest_view"), 200, unit("ms, the slowest"))


def at_rest(figures):
    what = "log per no-op event, insert to processed"
    yield at_most(what, "≤ 800 bytes, inserted in bulk", figures.ours("wal"), 800, unit("bytes"))
    words = "≤ 800 bytes, single rows into a published table, the user's row and each commit included"
    yield at_most(what, words, figures.ours("wal_single"), 800, unit("bytes"))
    yield at_most("idle daemon", "≤ 1 statement a second", figures.engine("idle_statements"), 1, unit("a second", 2))
    yield at_most("idle daemon", "≤ 40 MiB", figures.engine("idle_mib"), 40, unit("MiB", 1))


def daemons(figures):
    one = figures.engine("daemons_1")
    for many in (2, 4):
        yield at_least(f"{many} daemons", "drain ≥ one daemon's", of(figures.engine(f"daemons_{many}"), one), 1, percent)
    what = "2 and 4 daemons"
    yield at_most(what, "no event twice", figures.engine("daemons_twice", max), 0, unit("events"))
    yield at_most(what, "none left out", figures.engine("daemons_never", max), 0, unit("events"))
    yield at_most(what, "never more than the rate allows", figures.engine("daemons_excess", max), 0, unit("too many at the worst moment"))


def marks(results):
    """All of them."""
    figures = Figures(results)
    parts = (throughput, enqueue, latency, schedule, ledger, at_rest, daemons)
    return [mark for part in parts for mark in part(figures)]
