"""Search: what people type while typing, whole names, typing errors and common words, drawn by Zipf, from one client and from 16, in catalogues made by `veza demo`.
VEZA_BENCH_TRACKS says how many tracks, for a curve several numbers with commas between (10000,100000,1000000; the goals are for a million). VEZA_BENCH_PLOT names the file of the curve.
VEZA_BENCH_SCALE: as in scale.py."""
import concurrent.futures
import http.client
import math
import os
import random
import statistics
import time
import urllib.parse

from .lists import ask
from .scale import filled
from .veza import ROOT

PLOT = os.path.join(ROOT, "docs", "images", "search-scale.svg")
SIZES = [int(size) for size in os.environ.get("VEZA_BENCH_TRACKS", "10000,100000,1000000").split(",")]
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


def measure(veza, report, tracks, fill_s):
    details = {"tracks": tracks, "fill_s": round(fill_s), "entries_bytes": int(ask(
        veza, "select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = 'search_entries'::regclass"))}
    texts = [text for _, text in queries(veza, QUERIES)]
    for what, path in (("suggestions", "/api/v1/search/suggestions?q="), ("search", "/api/v1/search?q="), ("tracks, 1000 candidates", "/api/v1/search?type=tracks&q=")):
        cold = timed(veza, path, texts[:100], 1)[0]
        timed(veza, path, texts, 4)
        for clients, goal in GOALS_MS.items():
            random.Random(clients).shuffle(texts)  # else replies would come from memory
            time.sleep(6)
            times, partial = timed(veza, path, texts, clients)
            figures = spread(times)
            details["%s, %d" % (what, clients)] = {**figures, "partial": partial, **({"cold": spread(cold)} if clients == 1 else {})}
            report.add("%s in %s tracks, %d client%s: p50, p95, p99" % (what, format(tracks, ","), clients, "" if clients == 1 else "s"),
                       "%.1f, %.1f, %.1f ms" % (figures["p50"], figures["p95"], figures["p99"]), "", None, "p95 ≤ %d ms" % goal, figures["p95"] <= goal)
    return details


def plot(sizes, path):
    """p95 against the number of tracks, both on logarithmic axes."""
    names = [name for name in sizes[0] if ", 1" in name and isinstance(sizes[0][name], dict)]
    colours = ("#0b6e4f", "#5fb49c", "#8a3ffc", "#c4a1ff", "#b35900", "#ffb066")
    low, high = math.log10(sizes[0]["tracks"]), math.log10(sizes[-1]["tracks"])
    at = lambda tracks, ms: (60 + 500 * (math.log10(tracks) - low) / (high - low), 320 - 90 * math.log10(max(ms, 1)))
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 370" font-family="sans-serif" font-size="13"><rect width="800" height="370" fill="#fff"/>',
           '<text x="60" y="24">Search: 95 of 100 replies came within so many milliseconds (warm)</text>']
    for ms in (1, 10, 30, 100, 150, 300, 1000):
        y = at(sizes[0]["tracks"], ms)[1]
        out.append('<line x1="60" x2="560" y1="%.1f" y2="%.1f" stroke="#ccc"/><text x="52" y="%.1f" text-anchor="end">%d</text>' % (y, y, y + 4, ms))
    for size in sizes:
        out.append('<text x="%.1f" y="345" text-anchor="middle">%s</text>' % (at(size["tracks"], 1)[0], format(size["tracks"], ",")))
    out.append('<text x="310" y="364" text-anchor="middle">tracks</text>')
    for i, name in enumerate(names):
        what, clients = name.rsplit(", ", 1)
        points = [at(size["tracks"], size[name]["p95"]) for size in sizes]
        out.append('<polyline fill="none" stroke-width="2" stroke="%s" points="%s"/>' % (colours[i], " ".join("%.1f,%.1f" % point for point in points)))
        out.append('<text x="575" y="%d" fill="%s">%s, %s client%s</text>' % (60 + 20 * i, colours[i], what, clients, "" if clients == "1" else "s"))
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n</svg>\n")


def run(report):
    """Each size in a database of its own: the other parts are measured in a small one."""
    sizes = []
    for tracks in SIZES:
        veza, stays, fill_s = filled(tracks, max(500, tracks // 20))
        try:
            veza.start()
            sizes.append(measure(veza, report, tracks, fill_s))
        finally:
            veza.stop()
            if not stays:
                veza.remove()
    report.details["search"] = sizes
    if len(sizes) > 1:
        plot(sizes, os.environ.get("VEZA_BENCH_PLOT", PLOT))
