"""Segments of a track that lies in an object store: Veza against nginx as a proxy before the same store (Swift, by its s3api)."""
import concurrent.futures
import datetime
import hashlib
import hmac
import http.client
import os
import statistics
import time
import urllib.parse

from . import catalogue, load, machine
from .bus import sql
from .delivery import CONNECTIONS, Nginx, fetch
from .parts import Parts
from .report import rate
from .veza import Veza

COLD_CONNECTIONS = 4
COLD_S = 20  # no further round is begun after that, when there is one


def presigned(settings, key):
    """Path and query of a GET that the store answers for a day: nginx cannot sign."""
    def mac(secret, text):
        return hmac.new(secret, text.encode(), hashlib.sha256).digest()

    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = "%s/%s/s3/aws4_request" % (now[:8], settings["S3_REGION"])
    path = "/%s/%s" % (settings["S3_BUCKET"], key)
    query = urllib.parse.urlencode({"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": settings["S3_ACCESS_KEY"] + "/" + scope, "X-Amz-Date": now,
                                    "X-Amz-Expires": "86400", "X-Amz-SignedHeaders": "host"}, quote_via=urllib.parse.quote, safe="")
    request = "GET\n%s\n%s\nhost:%s\n\nhost\nUNSIGNED-PAYLOAD" % (path, query, urllib.parse.urlparse(settings["S3_ENDPOINT"]).netloc)
    secret = ("AWS4" + settings["S3_SECRET_KEY"]).encode()
    for word in scope.split("/"):
        secret = mac(secret, word)
    text = "AWS4-HMAC-SHA256\n%s\n%s\n%s" % (now, scope, hashlib.sha256(request.encode()).hexdigest())
    return "%s?%s&X-Amz-Signature=%s" % (path, query, mac(secret, text).hex())


def nginx(folder, settings, paths, caches):
    store = urllib.parse.urlparse(settings["S3_ENDPOINT"]).netloc
    objects = " ".join('"%s" "%s";' % (path, presigned(settings, path[1:])) for path in paths)
    http_block = "map_hash_bucket_size 512; map $uri $object { %s } upstream store { server %s; keepalive %d; }" % (objects, store, CONNECTIONS)
    # without tcp_nopush, as for signed links (links.py)
    server = 'location /hls/ { tcp_nopush off; proxy_pass http://store$object; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host %s; %s }'
    if caches:
        http_block += " proxy_cache_path %s/cache keys_zone=segments:1m;" % folder
    return Nginx(folder, folder, http_block, server % (store, "proxy_cache segments; proxy_cache_valid 200 1h;" if caches else ""))


def segments(veza, base):
    """Every segment of every quality."""
    found = []
    for line in fetch(veza.url(base + "master.m3u8", "stream")).decode().split("\n"):
        if line and not line.startswith("#"):
            playlist = fetch(veza.url(base + line, "stream")).decode().split("\n")
            found += [base + os.path.dirname(line) + "/" + name for name in playlist if name and not name.startswith("#")]
    return found


class Cold:
    """Each path once, by a few kept connections; the time, and what server and store used."""

    def __init__(self, port, pids, store, paths):
        def some(first):
            connection, size = http.client.HTTPConnection("127.0.0.1", port, timeout=30), 0
            for path in paths[first::COLD_CONNECTIONS]:
                connection.request("GET", path)
                reply = connection.getresponse()
                size += len(reply.read())
                if reply.status != 200:
                    raise RuntimeError("%s: %d" % (path, reply.status))
            connection.close()
            return size

        before, before_store, began = machine.cpu_fine_s(pids), machine.cpu_fine_s(store), time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(COLD_CONNECTIONS) as pool:
            self.bytes = sum(pool.map(some, range(COLD_CONNECTIONS)))
        self.per_second = len(paths) / (time.monotonic() - began)
        self.cpu_ms = (machine.cpu_fine_s(pids) - before) / len(paths) * 1e3
        self.store_ms = (machine.cpu_fine_s(store) - before_store) / len(paths) * 1e3


def cold(veza, peer, parts, paths, report, rounds):
    """Veza is started anew for each round: then it has no copies."""
    samples, began = [], time.monotonic()
    for number in range(rounds + 1):
        if number > 1 and time.monotonic() - began > COLD_S:
            break
        veza.stop()
        veza.start(**parts.settings)
        fetch(veza.url(os.path.dirname(paths[0]) + "/playlist.m3u8", "stream"))  # it knows the track
        time.sleep(1)  # the work of its start is done
        sides = [(veza.ports["stream"], [veza.pid]), (peer.port, peer.pids())]
        pair = [Cold(*side, parts.pids(), paths) for side in (sides if number % 2 == 0 else reversed(sides))]
        samples.append(pair if number % 2 == 0 else pair[::-1])
        if pair[0].bytes != pair[1].bytes:
            raise RuntimeError("Veza and nginx disagree")
    samples = samples[1:]  # the store had read nothing before the first
    median = lambda side, key: statistics.median(getattr(pair[side], key) for pair in samples)
    ratio = statistics.median(ours.per_second / theirs.per_second for ours, theirs in samples)
    report.add("segment in an object store, cold, against nginx as its proxy", rate(median(0, "per_second")), rate(median(1, "per_second")), ratio)
    for key, what in (("cpu_ms", "processor time a request"), ("store_ms", "processor time of the store")):
        report.add("segment in an object store, cold, " + what, "%.2f ms" % median(0, key), "%.2f ms" % median(1, key), median(1, key) / median(0, key) if median(0, key) else None)
    return {"segments": len(paths), "connections": COLD_CONNECTIONS, "rounds": [[vars(side) for side in pair] for pair in samples]}


def warm(veza, peer, path, report, rounds, seconds):
    if fetch(veza.url(path, "stream")) != fetch(peer.url(path)):
        raise RuntimeError("Veza and nginx disagree")
    sides = [load.Side("veza", veza.url(path, "stream"), lambda: [veza.pid]), load.Side("nginx_proxy_cache", peer.url(path), peer.pids)]
    load.alternate(sides, rounds, seconds, CONNECTIONS)
    ratio = load.ratio(*sides)
    report.add("segment in an object store, warm, against nginx with proxy_cache", rate(sides[0].median("per_second")), rate(sides[1].median("per_second")), ratio,
               "≥ 1.0", ratio >= 1)
    report.add("segment in an object store, warm, processor time a request", "%.0f µs" % sides[0].median("cpu_us_per_request"),
               "%.0f µs" % sides[1].median("cpu_us_per_request"), load.ratio(sides[1], sides[0], "cpu_us_per_request"))
    return {"path": path, "connections": CONNECTIONS, "seconds_a_round": seconds, "ratio": round(ratio, 3), **load.summary(sides)}


def run(report, rounds, seconds):
    parts, veza, peers = Parts("s3"), Veza(), []
    try:
        veza.start(**parts.settings)
        track = catalogue.real_track(veza, veza.creator())
        paths = segments(veza, "/hls/%s/%s/" % (track, sql(veza, "select media_version from tracks where id = '%s'" % track)))
        peers += [nginx(os.path.join(veza.folder, "nginx-%d" % caches), parts.settings, paths, caches) for caches in (False, True)]
        details = {"cold": cold(veza, peers[0], parts, paths, report, rounds)}
        details["warm"] = warm(veza, peers[1], next(path for path in paths if "/medium/" in path), report, rounds, seconds)
        report.details["s3"] = details
    finally:
        for peer in peers:
            peer.stop()
        veza.remove()
        parts.remove()
