"""How many people can sign in, against the hashes alone, and whether others notice."""
import concurrent.futures
import contextlib
import json
import os
import statistics
import subprocess
import threading
import time

from . import machine
from .accounts import latencies, request
from .programs import program
from .report import rate
from .veza import PASSWORD

COST, PEOPLE, LOGINS_A_THREAD, PROBES, PAUSE_US = 12, 8, 10, 400, 5000
MORE_PEOPLE = """
insert into users (id, username, email, password_hash)
select gen_random_uuid(), 'person' || n, 'person' || n || '@example.org', password_hash from users, generate_series(1, {people}) n
 where username = 'bench' on conflict do nothing"""


def login(veza, person):
    veza.call("POST", "/api/v1/auth/login", {"email": "person%d@example.org" % person, "password": PASSWORD})


def logins_a_second(veza, threads):
    """Twice as many clients as threads that hash, so that there is always one waiting."""
    numbers = iter(range(threads * LOGINS_A_THREAD))
    begin, cpu = time.monotonic(), machine.cpu_s([veza.pid])
    with concurrent.futures.ThreadPoolExecutor(2 * threads) as pool:
        done = len(list(pool.map(lambda n: login(veza, n % PEOPLE + 1), numbers)))
    wall = time.monotonic() - begin
    return {"per_second": done / wall, "cpu_s_each": (machine.cpu_s([veza.pid]) - cpu) / done, "load_average": machine.load()[0]}


def hashes_a_second(threads):
    out = subprocess.run([program("bcrypt"), str(threads), str(threads * LOGINS_A_THREAD), str(COST)], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(out.stdout)


@contextlib.contextmanager
def signing_in(veza, threads):
    ended = threading.Event()

    def one(person):
        while not ended.is_set():
            login(veza, person % PEOPLE + 1)

    with concurrent.futures.ThreadPoolExecutor(2 * threads) as pool:
        works = [pool.submit(one, n) for n in range(2 * threads)]
        try:
            yield
        finally:
            ended.set()
    for work in works:
        work.result()


@contextlib.contextmanager
def hashing(threads):
    process = subprocess.Popen([program("bcrypt"), str(threads), "1000000", str(COST)])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def others(veza):
    ask = {"health": (veza, [request("GET", "/health")]), "tracks": (veza, [request("GET", "/api/v1/tracks?limit=20&n=0000000000")])}
    return latencies(veza.folder, PROBES, ask, PAUSE_US)


def run(veza, report, rounds):
    threads = os.cpu_count()  # PASSWORD_THREADS as it comes
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", veza.conninfo(), "-c", MORE_PEOPLE.format(people=PEOPLE)], check=True)
    login(veza, 1)
    ours, peer, quiet, busy, beside = [], [], [], [], []
    for number in range(rounds):
        for work in (lambda: ours.append(logins_a_second(veza, threads)), lambda: peer.append(hashes_a_second(threads)))[::1 if number % 2 == 0 else -1]:
            work()
        quiet.append(others(veza))
        with signing_in(veza, threads):
            busy.append(others(veza))
        with hashing(threads):
            beside.append(others(veza))
    ratio = statistics.median(a["per_second"] / b["per_second"] for a, b in zip(ours, peer))
    report.add("logins, against the hashes alone on %d threads" % threads, rate(statistics.median(x["per_second"] for x in ours)),
               rate(statistics.median(x["per_second"] for x in peer)), ratio, "≥ 0.9", ratio >= 0.9)
    used, alone = (statistics.median(x["cpu_s_each"] for x in samples) for samples in (ours, peer))
    report.add("logins, processor time of the server", "%.0f ms" % (used * 1e3), "%.0f ms" % (alone * 1e3), alone / used)

    def told(samples, what):
        return "p50 %.1f ms, p99 %.1f ms" % tuple(statistics.median(s[what][key] for s in samples) / 1e3 for key in ("p50_us", "p99_us"))

    for what, name in (("health", "/health"), ("tracks", "20 tracks, no cache of replies")):
        report.add(name + ", nobody signs in", told(quiet, what), "")
        report.add(name + ", under as many logins as there can be, against other hashes", told(busy, what), told(beside, what),
                   statistics.median(b[what]["p99_us"] / a[what]["p99_us"] for a, b in zip(busy, beside)))
    report.details["logins"] = {"threads": threads, "logins": ours, "hashes": peer, "quiet": quiet, "under_logins": busy, "under_other_hashes": beside}
