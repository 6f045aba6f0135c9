"""Tracks, one and twenty, against what one would write in Go (bench/peers/gin); and what a page costs in a small and in a large table."""
import functools
import json
import subprocess
import urllib.request

from . import catalogue, load, machine
from .programs import go_program
from .report import rate

CONNECTIONS = 32
IDS = "select string_agg('/api/v1/tracks/' || id, E'\\n') from (select id from tracks where visibility = 'public' and status = 'completed' order by id limit 500) t"


def ask(veza, sql):
    return subprocess.run(["psql", "-XAtq", veza.conninfo(), "-c", sql], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


class Peer:
    """With as many connections to PostgreSQL as Veza has."""

    def __init__(self, veza):
        self.connections = max(4, int(ask(veza, "select count(*) from pg_stat_activity where application_name = 'veza' and wait_event = 'ClientRead'")))
        self.process = subprocess.Popen([go_program("gin"), str(self.connections), veza.conninfo(), veza.url("/.well-known/jwks.json")],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # where it reports broken connections
        self.port = int(self.process.stdout.readline())

    def url(self, path):
        return "http://127.0.0.1:%d%s" % (self.port, path)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def fetch(url, headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as reply:
        return json.load(reply)


def comparable(value):
    """Without what Veza's lists have besides, and times as the same text."""
    if isinstance(value, dict):
        return {k: comparable(v).replace("Z", "+00:00") if k.endswith("_at") and v else comparable(v) for k, v in value.items() if k != "next"}
    return [comparable(v) for v in value] if isinstance(value, list) else value


def against_go(veza, peer, token, report, details, rounds, seconds):
    database = lambda: machine.children(veza.postmaster())
    paths = ask(veza, IDS).split("\n")
    side = functools.partial(load.Side, mode="unique", behind=database)
    for who, bearer in (("anonymous", {}), ("signed in", {"Authorization": "Bearer " + token})):
        headers = ["%s: %s" % pair for pair in bearer.items()]
        for what, path, ids, goal in (("one track", paths[0], paths, 2), ("20 of 1,000 tracks", "/api/v1/tracks?limit=20", None, 1.5),
                                      ("20 of 1,000 tracks, counted", "/api/v1/tracks?limit=20&total=true", None, 1.5)):
            ours, theirs = comparable(fetch(veza.url(path), bearer)), comparable(fetch(peer.url(path), bearer))
            if ours != theirs:
                raise RuntimeError("Veza and the peer do not answer the same: %s\n%s\n%s" % (path, ours, theirs))
            sides = [side("veza", veza.url(path), lambda: [veza.pid], headers, paths=ids),
                     side("gin", peer.url(path), lambda: [peer.process.pid], headers, paths=ids)]
            load.alternate(sides, rounds, seconds, CONNECTIONS)
            ratio, name = load.ratio(*sides), "%s, %s, against Gin and pgx" % (what, who)
            report.add(name, rate(sides[0].median("per_second")), rate(sides[1].median("per_second")), ratio, "≥ %.1f" % goal, ratio >= goal)
            cpu = [(s.median("cpu_us_per_request"), s.median("cpu_us_per_request_in_all")) for s in sides]
            report.add(name + ": processor time of the server, and of PostgreSQL",
                       *["%.0f µs + %.0f µs" % (own, both - own) for own, both in cpu], load.ratio(sides[1], sides[0], "cpu_us_per_request_in_all"))
            details[name] = {"ratio": round(ratio, 3), **load.summary(sides)}


def page_cost(veza, path, rounds, seconds, headers=()):
    """Microseconds of processor time with the database for a page."""
    side = load.Side("veza", veza.url(path), lambda: [veza.pid], headers, "unique", behind=lambda: machine.children(veza.postmaster()))
    load.alternate([side], rounds, seconds, CONNECTIONS)
    return side.median("cpu_us_per_request_in_all")


def growth(veza, report, details, rounds, seconds):
    """The same page of a list of 500 and of 50,000, the first and the thousandth."""
    first = "/api/v1/tracks?limit=20"
    ask(veza, "delete from tracks where title like 'Track number %' and substring(title from '[0-9]+$')::int > 500")
    veza.stop()
    veza.start()
    small = page_cost(veza, first, rounds, seconds)
    ask(veza, "delete from tracks where title like 'Track number %'; delete from users where username like 'artist%'")
    catalogue.fill(veza, 50000)
    veza.stop()
    veza.start()
    cursor = veza.call("GET", first + "&page=999&total=false")["next"]
    for what, path in (("the first page", first), ("the thousandth page", first + "&cursor=" + cursor)):
        large = page_cost(veza, path, rounds, seconds)
        report.add("%s of 50,000 tracks, processor time against the first of 500" % what, "%.0f µs" % large, "%.0f µs" % small, large / small,
                   "≤ 1.5", large <= 1.5 * small)
        details[what] = {"of_500_us": small, "of_50000_us": large}


def run(veza, token, report, rounds, seconds):
    details = {"connections": CONNECTIONS, "seconds_a_round": seconds}
    load.wrk(veza.url("/api/v1/tracks?limit=20"), 1, CONNECTIONS, "unique")
    peer = Peer(veza)
    details["connections_to_postgresql"] = peer.connections
    try:
        against_go(veza, peer, token, report, details, rounds, seconds)
    finally:
        peer.stop()
    growth(veza, report, details, max(1, rounds // 2), seconds)
    report.details["lists"] = details
