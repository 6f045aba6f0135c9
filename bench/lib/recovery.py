"""How soon Veza works again when a part that it uses was killed and answers again."""
import http.client
import threading
import time

from . import catalogue, machine
from .delivery import fetch
from .parts import Parts
from .s3 import segments
from .veza import Veza

OUTAGE_S, LATE_S = 2, 60
AGAIN_S = 20  # nothing is killed a second time after that
ROUNDS = {"postgresql": 2, "redis": 2, "rabbitmq": 1, "s3": 1, "clamd": 2}
NEEDS = {"postgresql": "list of tracks", "redis": "request that used it (veza_redis_up)", "rabbitmq": "connection (veza_rabbitmq_up)", "s3": "segment of which there is no copy", "clamd": "upload"}


def is_good(work):
    try:
        return bool(work())
    except (RuntimeError, OSError, http.client.HTTPException):
        return False


def until(work, wanted):
    end = time.monotonic() + LATE_S
    while is_good(work) != wanted:
        if time.monotonic() > end:
            raise RuntimeError("still %s after %d s" % ("away" if wanted else "there", LATE_S))
        time.sleep(0.005)
    return time.monotonic()


def measure(parts, name, work):
    """Seconds from the part's first answer to the first good request."""
    found = []
    killed = time.monotonic()
    parts.kill(name)
    until(work, False)
    time.sleep(max(0, OUTAGE_S - (time.monotonic() - killed)))
    asker = threading.Thread(target=lambda: found.append(until(work, True)))
    asker.start()
    parts.start(name)
    answered = time.monotonic()
    asker.join()
    if not found:
        raise RuntimeError(name + ": no good request")
    return max(0.0, found[0] - answered)


def run(report):
    parts, veza, load = Parts(*ROUNDS), Veza(), machine.load()
    try:
        veza.start(**parts.settings)
        token = veza.creator()
        track = catalogue.real_track(veza, token)
        short, version = catalogue.wave_file(veza.folder, 1), veza.call("GET", "/api/v1/tracks/" + track)["stream_manifest_url"].split("/")[-2]
        files = iter(segments(veza, "/hls/%s/%s/" % (track, version)))
        with open(short, "rb") as file:
            sound = file.read()
        metric = lambda name: ("\n%s 1\n" % name).encode() in fetch(veza.url("/metrics"))
        asked, segment = iter(range(10**9)), [None]
        works = {"postgresql": lambda: veza.call("GET", "/api/v1/tracks?limit=5&n=%d" % next(asked)), "redis": lambda: veza.call("GET", "/api/v1/auth/me", token=token) and metric("veza_redis_up"),
                 "rabbitmq": lambda: metric("veza_rabbitmq_up"), "s3": lambda: fetch(veza.url(segment[0], "stream")),
                 "clamd": lambda: veza.upload(token, "short.wav", [sound], len(sound), "Short")[0] == 201}
        details, began = {}, time.monotonic()
        for name, rounds in ROUNDS.items():
            details[name] = []
            for _ in range(rounds):
                if not details[name] or time.monotonic() - began < AGAIN_S:
                    segment[0] = next(files)
                    details[name].append(round(measure(parts, name, works[name]), 3))
            report.add("%s killed, away for %d s: from its first answer to a good %s, slowest of %d" % (name, OUTAGE_S, NEEDS[name], len(details[name])),
                       "%.2f s" % max(details[name]), "")
        report.details["recovery"] = {"outage_s": OUTAGE_S, "seconds": details, "load_average_before": load, "load_average_after": machine.load()}
    finally:
        veza.remove()
        parts.remove()
