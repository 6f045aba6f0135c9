"""Public pages as Lighthouse sees them: its mobile preset, simulated throttling. Its performance score depends on the machine, so it is told; what it is made of has
bounds."""
import json
import os
import statistics
import subprocess

from . import machine
from .veza import ROOT

TESTS = os.path.join(ROOT, "tests")
BYTES, REQUESTS, MAIN_THREAD_MS = 800_000, 150, 6000  # for each page, all that it loads


def judge(addresses):
    done = subprocess.run(["node", "--import", "tsx", "e2e/support/lighthouse.ts", *addresses], cwd=TESTS, check=True, capture_output=True, text=True, timeout=1800)
    return [json.loads(line) for line in done.stdout.splitlines()]


def run(veza, track, report, rounds):
    pages = {"landing": "/", "a track": "/track/" + track, "a profile": "/u/bench"}
    details = {}
    for name, path in pages.items():
        runs = [one["performance"] for one in judge([veza.url(path)] * rounds)]
        median = {key: statistics.median(one[key] for one in runs) for key in runs[0]}
        details[name] = {"median": median, "runs": runs}
        report.add("page of %s, Lighthouse's performance, median of %d" % (name, rounds), "%.0f of 100" % median["score"], "", None, "≥ 95", median["score"] >= 95)
        report.add("page of %s, first picture / largest" % name, "%.1f / %.1f s" % (median["firstPaintMs"] / 1000, median["largestPaintMs"] / 1000), "")
        report.add("page of %s, over the wire" % name, "%.0f kB, of which script %.0f kB" % (median["bytes"] / 1000, median["scriptBytes"] / 1000), "", None,
                   "≤ %d kB" % (BYTES // 1000), median["bytes"] <= BYTES)
        report.add("page of %s, requests" % name, "%.0f" % median["requests"], "", None, "≤ %d" % REQUESTS, median["requests"] <= REQUESTS)
        report.add("page of %s, main thread, of a phone" % name, "%.1f s" % (median["mainThreadMs"] / 1000), "", None, "≤ %.0f s" % (MAIN_THREAD_MS / 1000),
                   median["mainThreadMs"] <= MAIN_THREAD_MS)
    report.details["pages"] = {"pages": details, "load_average": machine.load()[0]}
