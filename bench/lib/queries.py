"""Routes that are one statement against a small program that runs the same statement with the same libraries."""
import functools
import os
import subprocess

from . import load, machine
from .lists import ask, fetch
from .programs import program
from .report import rate

CONNECTIONS = 32


class Peer:
    """bench/peers/track_get.c with the statement of a query, for a visitor or for whom `values` names as the viewer."""

    def __init__(self, veza, query, values, delete=None):
        """`delete`: the query of DELETE requests, with the same parameters."""
        who = [] if "viewer" in values else ["visitor"]
        statements = []
        for name in filter(None, (query, delete)):
            text = subprocess.run([program("statement"), name] + who, check=True, stdout=subprocess.PIPE, text=True).stdout
            sql, _, names = text.rpartition("\n--params")
            path = os.path.join(veza.folder, name + ".sql")
            with open(path, "w") as file:
                file.write(sql)
            statements.append((path, names))
        if len({names for _, names in statements}) != 1:
            raise RuntimeError("the statements have different parameters: %s" % statements)
        threads = max(4, 2 * os.cpu_count())
        self.process = subprocess.Popen([program("track_get"), str(threads), veza.conninfo(), ",".join(path for path, _ in statements)]
                                        + [values.get(n, "-") for n in statements[0][1].split()], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def url(self, path):
        return "http://127.0.0.1:%d%s" % (self.port, path)

    def pids(self):
        return [self.process.pid]

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def compare(report, details, what, key, sides, rounds, seconds, goal):
    load.alternate(sides, rounds, seconds, CONNECTIONS)
    ratio = load.ratio(sides[0], sides[1])
    report.add(what, rate(sides[0].median("per_second")), rate(sides[1].median("per_second")), ratio, goal and "≥ %.2f" % goal,
               ratio >= goal if goal else None)
    cpu = [side.median("cpu_us_per_request_in_all") for side in sides]
    if goal:
        report.add(what.partition(", ")[0] + ", processor time with the database", "%.0f µs" % cpu[0], "%.0f µs" % cpu[1],
                   load.ratio(sides[1], sides[0], "cpu_us_per_request_in_all"))
    details[key] = {"ratio": round(ratio, 3), **load.summary(sides)}


def run(veza, track_id, token, report, rounds, seconds):
    one = "/api/v1/tracks/" + track_id
    ours = lambda: [veza.pid]
    database = lambda: machine.children(veza.postmaster())
    details = {"connections": CONNECTIONS, "seconds_a_round": seconds}
    bearer = ["Authorization: Bearer " + token]
    side = functools.partial(load.Side, behind=database)
    peer = Peer(veza, "track_get", {"id": ":id"})
    known = Peer(veza, "track_get", {"id": ":id", "viewer": ask(veza, "select id from users where username = 'bench'"), "viewer_staff": "false"})
    try:
        if fetch(veza.url(one), {}) != fetch(peer.url(one), {}) or fetch(veza.url(one), {"Authorization": "Bearer " + token}) != fetch(known.url(one), {}):
            raise RuntimeError("Veza and the peer do not answer the same")
        compare(report, details, "a track, against the same statement in C", "track_get",
                [side("veza", veza.url(one), ours, mode="unique"), side("peer", peer.url(one), peer.pids, mode="unique")], rounds, seconds, 0.9)
        compare(report, details, "a track signed in, against the same statement in C", "track_get_signed_in",
                [side("veza", veza.url(one), ours, bearer, mode="unique"), side("peer", known.url(one), known.pids, bearer, mode="unique")], rounds, seconds, 0.75)
        compare(report, details, "a track, from Veza's cache of replies", "track_get_cached",
                [side("veza", veza.url(one), ours), side("peer", peer.url(one), peer.pids)], max(1, rounds // 2), seconds, None)
    finally:
        peer.stop()
        known.stop()
    report.details["queries"] = details
