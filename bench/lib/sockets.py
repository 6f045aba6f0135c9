"""Many open WebSockets in one process, and one message for all of them, against the npm package ws."""
import contextlib
import json
import os
import resource
import statistics
import subprocess
import time

from . import machine
from .programs import FOLDER, program
from .veza import ROOT

COUNT, MESSAGES, KEPT_BACK = 10000, 10, 1000


class Sockets:
    """bench/peers/sockets.c, its sockets open and idle."""

    def __init__(self, port, count, *arguments):
        self.process = subprocess.Popen([program("sockets"), str(port), str(count), *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.open_s = self.answer()["open_s"]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the sockets' program ended")
        return json.loads(line)

    def message(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return {**self.answer(), "load_average": machine.load()[0]}

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait(30)


class Contestant:
    def __init__(self, name, pid, behind, port, count, *arguments):
        """`behind()`: the processes of its database."""
        self.name, self.pid, self.samples = name, pid, []
        before, cpu, cpu_behind = machine.memory_kib([pid]), machine.cpu_s([pid]), machine.cpu_s(behind())
        self.sockets = Sockets(port, count, *arguments)
        time.sleep(2)
        after = machine.memory_kib([pid])
        self.bytes_each = {key: (after[key] - before[key]) * 1024 / count for key in ("pss", "private")}
        self.open_cpu_s, self.open_database_cpu_s = machine.cpu_s([pid]) - cpu, machine.cpu_s(behind()) - cpu_behind

    def measure(self):
        cpu = machine.cpu_s([self.pid])
        sample = self.sockets.message()
        self.samples.append({**sample, "cpu_s": round(machine.cpu_s([self.pid]) - cpu, 3)})

    def median(self, key):
        return statistics.median(s[key] for s in self.samples)

    def result(self):
        return {"open_s": self.sockets.open_s, "open_cpu_s": round(self.open_cpu_s, 3), "open_database_cpu_s": round(self.open_database_cpu_s, 3),
                "bytes_each": {k: round(v) for k, v in self.bytes_each.items()}, "messages": self.samples}


def compare(report, ours, peer, count):
    ratio = peer.bytes_each["pss"] / ours.bytes_each["pss"]
    report.add("%d WebSockets, memory of the server for each (PSS), against ws" % count, "%.1f kB" % (ours.bytes_each["pss"] / 1e3),
               "%.1f kB" % (peer.bytes_each["pss"] / 1e3), ratio, "≥ 1.0", ratio >= 1)
    for key, what in (("p50_ms", "half of them have a message"), ("p99_ms", "99 of 100 have a message")):
        ratio = statistics.median(b[key] / a[key] for a, b in zip(ours.samples, peer.samples))
        goal = key == "p99_ms"
        report.add("%d WebSockets, until %s" % (count, what), "%.0f ms" % ours.median(key), "%.0f ms" % peer.median(key), ratio,
                   "≥ 1.0" if goal else None, ratio >= 1 if goal else None)
    report.add("%d WebSockets opened, ours each with a ticket" % count, "%.1f s" % ours.sockets.open_s, "%.1f s" % peer.sockets.open_s)
    report.add("%d WebSockets, processor time of the server a message" % count, "%.0f ms" % (1e3 * statistics.mean(s["cpu_s"] for s in ours.samples)),
               "%.0f ms" % (1e3 * statistics.mean(s["cpu_s"] for s in peer.samples)))


def run(veza, report, rounds):
    """Both servers keep all their sockets while the messages take turns."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    count = COUNT if files == resource.RLIM_INFINITY else min(COUNT, files - KEPT_BACK)
    packages = os.path.join(ROOT, "tests", "node_modules")
    if not os.path.isdir(os.path.join(packages, "ws")):
        raise RuntimeError("the peer is missing: tools/setup bench")
    veza.stop()
    veza.start(WS_CONNECTIONS_PER_PERSON=str(COUNT))  # all are one person's; without what the requests before have left free in its memory
    token = veza.login("bench@example.org")
    me = veza.call("GET", "/api/v1/auth/me", token=token)["id"]
    server = subprocess.Popen(["node", os.path.join(FOLDER, "sockets.mjs"), packages], stdout=subprocess.PIPE, text=True)
    sides = []
    try:
        port = int(server.stdout.readline())
        sides.append(Contestant("veza", veza.pid, lambda: machine.children(veza.postmaster()), veza.ports["api"], count, token, veza.conninfo(), me))
        sides.append(Contestant("ws", server.pid, list, port, count))
        for number in range(MESSAGES * rounds):
            for side in sides if number % 2 == 0 else reversed(sides):
                side.measure()
        compare(report, *sides, count)
        report.details["sockets"] = {"count": count, **{side.name: side.result() for side in sides}}
    finally:
        for side in sides:
            side.sockets.close()
        server.terminate()
        server.wait(10)
