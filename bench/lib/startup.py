"""Start-up time on a data folder that exists, and memory at rest."""
import http.client
import statistics
import time

from . import machine
from .delivery import free_port
from .report import mib

TIMES = 10


def ready(port):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def start_once(veza):
    port = free_port()
    begin = time.monotonic()
    veza.launch(PORT_BACKEND=str(port))
    while not ready(port):
        if veza.process.poll() is not None or time.monotonic() - begin > 60:
            raise RuntimeError("Veza did not start")
        time.sleep(0.005)
    return time.monotonic() - begin


def run(veza, report, times=TIMES):
    """Starts and stops `veza`, which is stopped when we come and when we go."""
    seconds, stops, hung = [], [], 0
    for _ in range(times):
        seconds.append(start_once(veza))
        begin = time.monotonic()
        hung += not veza.stop()
        stops.append(time.monotonic() - begin)
    worst = max(seconds)
    report.add("start to the first 200 of /readyz, median of %d" % times, "%.2f s" % statistics.median(seconds), "", None, "< 2 s",
               statistics.median(seconds) < 2)
    report.add("start, slowest of %d" % times, "%.2f s" % worst, "")
    report.add("stop after SIGTERM, slowest of %d" % times, "%.2f s" % max(stops) + (", %d killed" % hung if hung else ""), "", None, "none killed", hung == 0)
    start_once(veza)
    time.sleep(3)
    tree = machine.children(veza.pid)
    own, everything = machine.memory_kib([veza.pid]), machine.memory_kib(tree)
    report.add("memory at rest (PSS), veza alone", mib(own["pss"]), "")
    report.add("memory at rest (PSS), with its PostgreSQL", mib(everything["pss"]), "")
    report.details["startup"] = {"seconds": [round(s, 3) for s in seconds], "stop_seconds": [round(s, 3) for s in stops], "killed": hung,
                                 
                                 "idle_kib": {"veza": own, "with_postgresql": everything, "processes": len(tree)},
                                 "load_average": machine.load()[0]}
    veza.stop()
