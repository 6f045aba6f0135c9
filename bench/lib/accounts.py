"""What it costs to know who asks: the same request by a visitor and with each kind of proof, and the least program that checks a token."""
import base64
import http.client
import http.cookies
import json
import os
import statistics
import subprocess

from . import load, machine
from .nodes import Redis, node
from .programs import program
from .veza import PASSWORD

TURNS, CHANGES, FRESH = 1000, 400, 300
ACCESS, REFRESH = "veza_access", "veza_refresh"


class Person:
    """Somebody signed in, with every proof that Veza takes."""

    def __init__(self, veza):
        self.veza = veza
        connection = http.client.HTTPConnection("127.0.0.1", veza.ports["api"], timeout=60)
        connection.request("POST", "/api/v1/auth/login", json.dumps({"email": "bench@example.org", "password": PASSWORD}),
                           {"Content-Type": "application/json"})
        reply = connection.getresponse()
        self.token = json.loads(reply.read())["access_token"]
        cookies = http.cookies.SimpleCookie()
        for value in reply.headers.get_all("Set-Cookie"):
            cookies.load(value)
        self.refresh = cookies[REFRESH].value
        self.cookie = "Cookie: %s=%s" % (ACCESS, self.token)
        connection.request("GET", "/api/v1/csrf-token", headers=dict([self.cookie.split(": ", 1)]))
        self.csrf = json.loads(connection.getresponse().read())["csrf_token"]
        connection.close()
        self.key = veza.call("POST", "/api/v1/developer/api-keys", {"name": "benchmark", "scopes": ["tracks:read"]}, self.token)["key"]
        part = self.token.split(".")[1]
        self.claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))

    def fresh_tokens(self, count):
        tokens = []
        while len(tokens) < count:
            reply = self.veza.call("POST", "/api/v1/auth/refresh", {"refresh_token": self.refresh})
            self.refresh = reply["refresh_token"]
            tokens.append(reply["access_token"])
        return tokens


def bearer(token):
    return "Authorization: Bearer " + token


def request(method, path, *headers):
    body = "{}" if method == "POST" else ""
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: 127.0.0.1", *headers]
    if body:
        lines += ["Content-Type: application/json", "Content-Length: %d" % len(body)]
    return "\r\n".join(lines) + "\r\n\r\n" + body


def latencies(folder, turns, contestants, pause_us=0):
    """bench/peers/latency.c; `contestants`: name -> (server, requests)."""
    arguments = []
    for name, (veza, requests) in contestants.items():
        path = os.path.join(folder, name + ".requests")
        with open(path, "w") as file:
            file.write("".join("%d\n%s" % (len(text), text) for text in requests))
        arguments += [name, str(veza.ports["api"]), path]
    out = subprocess.run([program("latency"), str(turns), str(pause_us), *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(out.stdout)


def verification(veza, person, tokens):
    """bench/peers/verify.c on the same tokens."""
    text = subprocess.run([program("statement"), "session_check"], check=True, stdout=subprocess.PIPE, text=True).stdout
    statement = os.path.join(veza.folder, "session_check.sql")
    with open(statement, "w") as file:
        file.write(text.rpartition("\n--params")[0])
    folder = os.path.join(veza.data, "keys")
    key = os.path.join(folder, next(name for name in os.listdir(folder) if name.endswith(".pem")))
    claims = person.claims
    out = subprocess.run([program("verify"), veza.conninfo(), key, statement, claims["sid"], claims["sub"], str(claims["ver"])],
                         input="\n".join(tokens), check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(out.stdout)


def median(rounds, of, key="p50_us"):
    return statistics.median(r[of][key] for r in rounds)


def beside(rounds, of, than, key="p50_us"):
    """The median of the differences within each round."""
    return statistics.median(r[of][key] - r[than][key] for r in rounds)


def added(rounds, of, than):
    return "%+.0f µs, p99 %+.0f µs" % (beside(rounds, of, than), beside(rounds, of, than, "p99_us"))


def whole(rounds, of):
    return "%.0f µs, p99 %.0f µs" % (median(rounds, of), median(rounds, of, "p99_us"))


def time_requests(veza, shared, person, track_id, rounds):
    get = "/api/v1/tracks/%s?n=0000000000" % track_id
    reads = {"visitor": (veza, [request("GET", get)]), "bearer": (veza, [request("GET", get, bearer(person.token))]),
             "cookie": (veza, [request("GET", get, person.cookie)]), "api_key": (veza, [request("GET", get, bearer(person.key))]),
             "visitor_redis": (shared, [request("GET", get)]), "bearer_redis": (shared, [request("GET", get, bearer(person.token))]),
             "cookie_redis": (shared, [request("GET", get, person.cookie)])}
    change = "/api/v1/ws/ticket"
    by_bearer, by_cookie = [request("POST", change, bearer(person.token))], [request("POST", change, person.cookie, "X-CSRF-Token: " + person.csrf)]
    changes = {"change_bearer": (veza, by_bearer), "change_cookie": (veza, by_cookie),
               "change_bearer_redis": (shared, by_bearer), "change_cookie_redis": (shared, by_cookie)}
    samples = []
    for _ in range(rounds):
        tokens = person.fresh_tokens(FRESH)
        fresh = [request("GET", get, bearer(token)) for token in tokens]
        samples.append({**latencies(veza.folder, TURNS, reads), **latencies(veza.folder, CHANGES, changes),
                        **{"first_" + name: value for name, value in
                           latencies(veza.folder, FRESH, {"visitor": (veza, [request("GET", get)]), "bearer": (veza, fresh),
                                                          "visitor_redis": (shared, [request("GET", get)]), "bearer_redis": (shared, fresh)}).items()},
                        "alone": verification(veza, person, tokens), "load_average": machine.load()[0]})
    return samples


def report_times(report, samples):
    alone = [s["alone"] for s in samples]
    both, session = median(alone, "both"), median(alone, "session")
    report.add("a track for a visitor, no cache of replies", whole(samples, "visitor"), "")
    ratio = both / beside(samples, "bearer", "visitor")
    report.add("with a bearer token, against checking it alone", added(samples, "bearer", "visitor"), "%.0f µs" % both, ratio)
    report.add("first request of a token, against checking it alone", added(samples, "first_bearer", "first_visitor"), "%.0f µs" % both,
               both / beside(samples, "first_bearer", "first_visitor"))
    report.add("with cookies", added(samples, "cookie", "visitor"), "")
    report.add("with an API key", added(samples, "api_key", "visitor"), "")
    report.add("with a bearer token, Redis, against the statement alone", added(samples, "bearer_redis", "visitor_redis"), "%.0f µs" % session,
               session / beside(samples, "bearer_redis", "visitor_redis"))
    report.add("first request of a token, Redis", added(samples, "first_bearer_redis", "first_visitor_redis"), "")
    report.add("with cookies, Redis", added(samples, "cookie_redis", "visitor_redis"), "")
    report.add("a change with a bearer token", whole(samples, "change_bearer"), "")
    report.add("a change with cookies and CSRF token, beside that", added(samples, "change_cookie", "change_bearer"), "")
    report.add("a change with a bearer token, Redis", whole(samples, "change_bearer_redis"), "")
    report.add("a change with cookies and CSRF token, Redis, beside that", added(samples, "change_cookie_redis", "change_bearer_redis"), "")


def processor_time(veza, shared, redis, person, track_id, report, rounds, seconds):
    path = "/api/v1/tracks/" + track_id
    behind = lambda: machine.children(veza.postmaster()) + [redis.process.pid]
    kinds = {"visitor": (veza, []), "bearer": (veza, [bearer(person.token)]), "cookie": (veza, [person.cookie]),
             "api_key": (veza, [bearer(person.key)]), "visitor_redis": (shared, []), "bearer_redis": (shared, [bearer(person.token)])}
    sides = [load.Side(name, server.url(path), lambda server=server: [server.pid], headers, True, behind) for name, (server, headers) in kinds.items()]
    load.alternate(sides, rounds, seconds, 32)
    by = {side.name: side for side in sides}

    def more(of, than):
        """Processor time beside the visitor's: of the server, and in all."""
        own, every = (statistics.median(a[key] - b[key] for a, b in zip(by[of].samples, by[than].samples))
                      for key in ("cpu_us_per_request", "cpu_us_per_request_in_all"))
        return "%+.0f µs, in all %+.0f µs" % (own, every)

    for what, of, than in (("a bearer token", "bearer", "visitor"), ("cookies", "cookie", "visitor"), ("an API key", "api_key", "visitor"),
                           ("a bearer token, Redis", "bearer_redis", "visitor_redis")):
        report.add("processor time, " + what, more(of, than), "")
    return load.summary(sides)


def two_nodes(nodes, track_id, person, report, rounds, seconds):
    """One node with all connections, then both with half of them each. Both nodes have the same processors."""
    urls = [server.url("/api/v1/tracks/" + track_id) for server in nodes]
    one, two = [], []
    for _ in range(rounds):
        one.append(load.wrk(urls[0], seconds, 32, "unique", [bearer(person.token)])["per_second"])
        two.append(sum(sample["per_second"] for sample in load.together(urls, seconds, 16, [bearer(person.token)])))
    ratio = statistics.median(b / a for a, b in zip(one, two))
    report.add("a track, signed in, two nodes with Redis against one", "%.0f/s" % statistics.median(two), "%.0f/s" % statistics.median(one), ratio)
    return {"one": [round(x, 1) for x in one], "two": [round(x, 1) for x in two], "ratio": round(ratio, 3)}


def run(veza, track_id, report, rounds, seconds):
    """`veza` runs with its embedded database; a second and a third server on the same database have a Redis."""
    redis, others = Redis(), []
    try:
        others += [node(veza, redis)]
        person = Person(veza)
        samples = time_requests(veza, others[0], person, track_id, rounds)
        report_times(report, samples)
        details = {"turns": {"reads": TURNS, "changes": CHANGES, "first": FRESH}, "rounds": samples,
                   "load": processor_time(veza, others[0], redis, person, track_id, report, max(1, rounds // 2), seconds)}
        others += [node(veza, redis)]
        details["two_nodes"] = two_nodes(others, track_id, person, report, max(1, rounds // 2), seconds)
        report.details["accounts"] = details
    finally:
        for other in others:
            other.remove()
        redis.remove()
