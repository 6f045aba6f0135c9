"""Search: what people type while typing, whole names, typing errors and common words, drawn by Zipf, from one client and from 16, in a catalogue filled beside the triggers.
VEZA_BENCH_TRACKS says how many tracks (100,000; the goals are for a million)."""
import concurrent.futures
import http.client
import os
import random
import statistics
import subprocess
import time
import urllib.parse

from .lists import ask

FILL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "search.sql")
TRACKS = int(os.environ.get("VEZA_BENCH_TRACKS", "100000"))
QUERIES = 1000
GOALS_MS = {1: 30, 16: 150}


def zipf(generator, things):
    """One of them, the first ones most often."""
    return things[min(len(things) - 1, int(len(things) ** generator.random()) - 1)]


def queries(veza, count):
    """60 % beginnings, 20 % whole names, 10 % typing errors, 10 % common words."""
    generator = random.Random(7)
    names = ask(veza, "select concat_ws(' ', case when random() < 0.3 then artist end, title) from tracks where visibility = 'public' order by play_count desc limit 50000").split("\n")
    words = ask(veza, "select word from search_words order by n desc limit 300").split("\n")
    long_names = [name for name in names if any(len(word) >= 5 for word in name.split())]
    for i in range(count):
        kind = ("prefix",) * 6 + ("whole",) * 2 + ("typo", "common")
        kind = kind[i % 10]
        if kind == "common":
            yield kind, zipf(generator, words)
        elif kind == "typo":
            name = zipf(generator, long_names)
            word = next(word for word in name.split() if len(word) >= 5)
            yield kind, name.replace(word, word[:2] + word[3] + word[2] + word[4:], 1)
        else:
            name = zipf(generator, names)
            yield kind, name if kind == "whole" else name[:generator.randint(1, min(12, len(name)))]


def timed(veza, path, texts, clients):
    """Milliseconds of each request, and how many replies were partial."""

    def client(share):
        connection, times, partial = http.client.HTTPConnection("127.0.0.1", veza.ports["api"], timeout=30), [], 0
        for text in share:
            began = time.monotonic()
            connection.request("GET", path + urllib.parse.quote(text))
            reply = connection.getresponse()
            body = reply.read()
            times.append((time.monotonic() - began) * 1000)
            if reply.status != 200:
                raise RuntimeError("%s for %r: %d" % (path, text, reply.status))
            partial += b'"partial":true' in body
        connection.close()
        return times, partial

    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        shares = list(pool.map(client, [texts[i::clients] for i in range(clients)]))
    return [ms for times, _ in shares for ms in times], sum(partial for _, partial in shares)


def spread(times):
    cuts = statistics.quantiles(times, n=100)
    return {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "p99": round(cuts[98], 1), "worst": round(max(times), 1)}


def run(veza, report):
    began = time.monotonic()
    subprocess.run(["psql", "-XAtq", veza.conninfo(), "-v", "users=%d" % max(1000, TRACKS // 20), "-v", "tracks=%d" % TRACKS, "-f", FILL],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    filled = time.monotonic()
    ask(veza, "select search_rebuild()")
    details = {"tracks": TRACKS, "fill_s": round(filled - began), "rebuild_s": round(time.monotonic() - filled), "entries_bytes": int(ask(
        veza, "select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = 'search_entries'::regclass"))}
    veza.stop()
    veza.start()
    texts = [text for _, text in queries(veza, QUERIES)]
    for what, path in (("suggestions", "/api/v1/search/suggestions?q="), ("search", "/api/v1/search?q="), ("tracks, 1000 candidates", "/api/v1/search?type=tracks&q=")):
        cold = timed(veza, path, texts[:100], 1)[0]
        timed(veza, path, texts, 4)
        for clients, goal in GOALS_MS.items():
            random.Random(clients).shuffle(texts)  # else replies would come from memory
            time.sleep(6)
            times, partial = timed(veza, path, texts, clients)
            figures = spread(times)
            details["%s, %d" % (what, clients)] = {**figures, "partial": partial, **({"cold_p95": spread(cold)["p95"]} if clients == 1 else {})}
            report.add("%s in %s tracks, %d client%s: p50, p95, p99" % (what, format(TRACKS, ","), clients, "" if clients == 1 else "s"),
                       "%.1f, %.1f, %.1f ms" % (figures["p50"], figures["p95"], figures["p99"]), "", None, "p95 ≤ %d ms" % goal, figures["p95"] <= goal)
    report.details["search"] = details
