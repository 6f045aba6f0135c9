"""Events: how many a second three subscribers take that write a row for each, and what one that is stuck does to the others."""
import subprocess
import time

from . import machine
from .programs import program
from .report import rate

SUBSCRIBERS = 3
EVENTS = 100000
BACKLOG = 1000000
SINGLE = 500


def sql(veza, text):
    return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", veza.conninfo(), "-c", text], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def clean(veza):
    sql(veza, "delete from bus_subscribers where name ~ '^(bench|stuck)'; delete from outbox where name = 'bench.event'; truncate bench_effects;")
    sql(veza, "vacuum analyze outbox")


class HandOut:
    """The bus in a process of its own, beside that of Veza, which has no subscriber of these events."""

    def __init__(self, veza, stuck=False):
        self.process = subprocess.Popen([program("events"), veza.conninfo(), "hand-out", str(SUBSCRIBERS)] + (["stuck"] if stuck else []),
                                        stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(30)


def write(veza, count, batch, per_second):
    return subprocess.Popen([program("events"), veza.conninfo(), "write", str(count), str(batch), str(per_second)])


def wait_effects(veza, count, timeout_s=600):
    """Waits for so many rows of the subscribers that are not stuck; returns when that was, on the database's clock."""
    end = time.monotonic() + timeout_s
    while int(sql(veza, "select count(*) from bench_effects where subscriber <> 'stuck'")) < count:
        if time.monotonic() > end:
            raise RuntimeError("events were not handed out in time")
        time.sleep(0.1)
    return float(sql(veza, "select extract(epoch from max(at)) from bench_effects"))


def drain(veza, backlog, measured, stuck=False):
    """Events a second, and processor seconds of everything for 1,000 events: `measured` of a backlog."""
    clean(veza)
    write(veza, backlog, 1000, 10 ** 9).wait()
    while sql(veza, "select exists (select from outbox where number is null)") == "t":
        time.sleep(0.2)  # Veza numbers them
    sql(veza, "vacuum analyze outbox")
    pids = lambda bus: machine.children(veza.postmaster()) + [bus.process.pid]
    began, bus = time.time(), HandOut(veza, stuck)
    try:
        cpu = machine.cpu_s(pids(bus))
        ended = wait_effects(veza, measured * SUBSCRIBERS)
        used = machine.cpu_s(pids(bus)) - cpu
        taken = int(sql(veza, "select count(*) from bench_effects where subscriber <> 'stuck'"))
        if sql(veza, "select count(*) from (select from bench_effects where subscriber <> 'stuck' group by subscriber, event_id having count(*) > 1) e") != "0":
            raise RuntimeError("an event was handed out twice")
    finally:
        bus.stop()
    return taken / SUBSCRIBERS / (ended - began), used / (taken / SUBSCRIBERS) * 1000


def keep_up(veza, per_second, seconds):
    """Writes events at this pace, ten a commit, and returns how many a second were written, and how many seconds after the last all were through."""
    clean(veza)
    bus = HandOut(veza)
    try:
        began = time.time()
        writer = write(veza, per_second * seconds, 10, per_second)
        writer.wait()
        written = time.time()
        return per_second * seconds / (written - began), max(0, wait_effects(veza, per_second * seconds * SUBSCRIBERS) - written)
    finally:
        bus.stop()


def latency_ms(veza, stuck):
    """From the beginning of the statement that writes an event to the row of a subscriber: (median, 99 of 100)."""
    clean(veza)
    bus = HandOut(veza, stuck)
    try:
        write(veza, SINGLE, 1, 50).wait()
        wait_effects(veza, SINGLE * SUBSCRIBERS)
        found = sql(veza, "select percentile_disc(0.5) within group (order by ms) || ' ' || percentile_disc(0.99) within group (order by ms)"
                          "  from (select extract(epoch from e.at - o.created_at) * 1000 as ms"
                          "          from bench_effects e join outbox o using (event_id) where e.subscriber <> 'stuck') l")
        return [float(part) for part in found.split()]
    finally:
        bus.stop()


def run(veza, report):
    sql(veza, "create table if not exists bench_effects (subscriber text, event_id uuid, at timestamptz not null default clock_timestamp())")
    if sql(veza, "show fsync") + sql(veza, "show synchronous_commit") != "onon":
        raise RuntimeError("commits are not durable")
    load = machine.load()
    new, new_cpu = drain(veza, EVENTS, EVENTS)
    report.add("events a second to three subscribers that write a row each", rate(new), "", None, "≥ 5000/s", new >= 5000)
    pace, lag = keep_up(veza, 5000, 10)
    report.add("events a second written meanwhile, ten a commit; then all are through after", "%s; %.2f s" % (rate(pace), lag), "", None, "< 1 s", lag < 1)
    old, old_cpu = drain(veza, BACKLOG, 2 * EVENTS)
    report.add("the same with a backlog of 1,000,000", rate(old), "", None, "≥ 5000/s", old >= 5000)
    held, held_cpu = drain(veza, EVENTS, EVENTS, stuck=True)
    report.add("the same beside a subscriber that is stuck", rate(held), "", held / new)
    alone, beside = latency_ms(veza, False), latency_ms(veza, True)
    report.add("an event on its way to a subscriber, median / 99 of 100", "%.1f / %.1f ms" % tuple(alone), "")
    report.add("the same beside a subscriber that is stuck", "%.1f / %.1f ms" % tuple(beside), "")
    clean(veza)
    report.details["bus"] = {"per_second": {"new": round(new), "written_meanwhile": round(pace), "seconds_behind": round(lag, 2), "backlog": round(old), "beside_stuck": round(held)},
                             "cpu_ms_an_event": {"new": round(new_cpu, 3), "backlog": round(old_cpu, 3), "beside_stuck": round(held_cpu, 3)},
                             "latency_ms": {"alone": alone, "beside_stuck": beside}, "events": EVENTS, "backlog": BACKLOG, "subscribers": SUBSCRIBERS,
                             "load_average_before": load, "load_average_after": machine.load()}
