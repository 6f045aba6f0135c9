"""Load by wrk, one side after the other, in alternating rounds."""
import concurrent.futures
import json
import os
import statistics
import subprocess
import tempfile
import threading
import time

from . import machine

# Prints one line of JSON. In the mode "unique" each request gets a number of its own in the query string, so that no
# cache answers. In "toggle" all paths are posted to, one after the other, then all deleted, and so on; each thread begins elsewhere.
SCRIPT = """
local mode = "%s"
local number, thread = 0, 0
function setup(t) thread = thread + 1; t:set("id", thread) end
if mode == "unique" then
  local paths, ending = {%s}, ""
  function init(args)
    if #paths == 0 then paths[1] = wrk.path end
    ending = (string.find(paths[1], "?", 1, true) and "&" or "?") .. "n=" .. id .. "x" .. args[1] .. "x"
  end
  function request() number = number + 1; return wrk.format(nil, paths[number %% #paths + 1] .. ending .. number) end
elseif mode == "toggle" then
  local paths = {%s}
  function init(args) number = id * math.floor(#paths / 2) end
  function request() number = number + 1; return wrk.format(math.floor(number / #paths) %% 2 == 0 and "POST" or "DELETE", paths[number %% #paths + 1]) end
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\\n@{"requests":%%d,"us":%%d,"bytes":%%d,"errors":%%d,"connect":%%d,"read":%%d,"write":%%d,"status":%%d,"timeout":%%d,"p50_us":%%d,"p99_us":%%d}\\n', summary.requests,
    summary.duration, summary.bytes, e.connect + e.read + e.write + e.status + e.timeout, e.connect, e.read, e.write, e.status, e.timeout, latency:percentile(50), latency:percentile(99)))
end
"""
run_number = 0


def together(urls, seconds, connections, headers):
    """Different query strings to several servers at once."""
    with concurrent.futures.ThreadPoolExecutor(len(urls)) as pool:
        return list(pool.map(lambda url: wrk(url, seconds, connections, "unique", headers), urls))


def wrk(url, seconds, connections, mode="same", headers=(), paths=None):
    global run_number
    run_number += 1
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        listed = ", ".join('"%s"' % path for path in paths or ())
        script.write(SCRIPT % (mode, listed, listed))
        script.flush()
        command = ["wrk", "-t2", "-c%d" % connections, "-d%ds" % seconds, "--timeout", "10s", "-s", script.name]
        for header in headers:
            command += ["-H", header]
        out = subprocess.run(command + [url, "--", "%dp%d" % (os.getpid(), run_number)], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
    lines = [line for line in out.stdout.split("\n") if line.startswith("@")]
    if out.returncode or not lines:
        raise RuntimeError("wrk %s: %s" % (url, out.stdout))
    sample = json.loads(lines[0][1:])
    sample["per_second"] = sample["requests"] / (sample["us"] / 1e6)
    if sample["errors"]:
        raise RuntimeError("wrk %s: errors: %s" % (url, sample))
    return sample


class Side:
    """One contestant: an address, and the processes whose work it is."""

    def __init__(self, name, url, pids, headers=(), mode="same", behind=lambda: [], paths=None):
        """`pids()` are its own processes, `behind()` those that work for it, such as the database. `paths`: asked for in turn, instead of the url's."""
        self.name, self.url, self.pids, self.headers, self.mode, self.behind, self.paths, self.samples = name, url, pids, headers, mode, behind, paths, []

    def measure(self, seconds, connections):
        pids = self.pids()
        seen = {}

        def look():
            time.sleep(seconds / 2)
            seen.update(machine.memory_kib(pids))

        watcher = threading.Thread(target=look)
        behind = self.behind()
        before, before_all = machine.cpu_s(pids), machine.cpu_s(pids + behind)
        watcher.start()
        sample = wrk(self.url, seconds, connections, self.mode, self.headers, self.paths)
        watcher.join()
        sample["cpu_us_per_request"] = (machine.cpu_s(pids) - before) * 1e6 / max(sample["requests"], 1)
        sample["cpu_us_per_request_in_all"] = (machine.cpu_s(pids + behind) - before_all) * 1e6 / max(sample["requests"], 1)
        sample["pss_kib"] = seen.get("pss", 0)
        sample["load_average"] = machine.load()[0]
        return sample

    def median(self, key):
        return statistics.median(s[key] for s in self.samples)


def alternate(sides, rounds, seconds, connections):
    """Fills the sides' samples. Who begins changes with each round, so that a neighbour's noise meets all alike."""
    for side in sides:
        wrk(side.url, 1, connections, side.mode, side.headers, side.paths)
    for number in range(rounds):
        for side in sides if number % 2 == 0 else reversed(sides):
            side.samples.append(side.measure(seconds, connections))


def ratio(of, to, key="per_second"):
    """The median of the ratios within each round."""
    return statistics.median(a[key] / b[key] for a, b in zip(of.samples, to.samples) if b[key])


def summary(sides):
    keys = ("per_second", "p50_us", "p99_us", "cpu_us_per_request", "cpu_us_per_request_in_all", "pss_kib")
    return {side.name: {**{key: round(side.median(key), 1) for key in keys}, "rounds": [round(s["per_second"], 1) for s in side.samples],
                        "load_average": [s["load_average"] for s in side.samples]} for side in sides}
