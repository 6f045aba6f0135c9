"""Signed links to files: /stream/{filename} against nginx with secure_link, on the same file."""
import base64
import hashlib
import http.client
import os
import time
import urllib.parse

from . import load, machine
from .delivery import Nginx
from .report import rate

SECRET = "a secret of the benchmark"
LIFE_S = 3600
RANGE = (1000000, 1065535)
# With tcp_nopush nginx 1.22 waits 40 ms for the acknowledgement of most ranges, so it is off, which is the faster of the two.
NGINX = """location /stream/ {
    secure_link $arg_md5,$arg_expires; secure_link_md5 "$secure_link_expires$uri$arg_type$arg_name %s";
    if ($secure_link = "") { return 403; } if ($secure_link = "0") { return 410; }
    tcp_nopush off; alias %s/; types { } default_type audio/wav; add_header Content-Disposition "attachment; filename=\\"$arg_name\\""; add_header Cache-Control "private, max-age=3600";
}"""


def ask(port, path, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers or {})
    reply = connection.getresponse()
    content = reply.read()
    connection.close()
    return reply, content


def nginx_link(key):
    expires, uri = str(int(time.time()) + LIFE_S), "/stream/" + os.path.basename(key)
    digest = hashlib.md5((expires + uri + "audio/wav" + "Music.wav " + SECRET).encode()).digest()
    return "%s?expires=%s&type=audio/wav&name=Music.wav&md5=%s" % (uri, expires, base64.urlsafe_b64encode(digest).decode().rstrip("="))


def run(veza, track, report, rounds, seconds):
    veza.stop()
    veza.start(STREAM_URL="http://stream.example", STREAM_LINK_S=str(LIFE_S))
    token = veza.login("bench@example.org")
    reply, _ = ask(veza.ports["api"], "/api/v1/tracks/%s/download" % track, {"Authorization": "Bearer " + token})
    link = urllib.parse.urlparse(reply.getheader("Location"))
    path, key = link.path + "?" + link.query, link.path[len("/stream/"):].replace("~", "/")
    peer = Nginx(os.path.join(veza.folder, "nginx-links"), veza.folder, "", NGINX % (SECRET, os.path.dirname(os.path.join(veza.data, "files", key))))
    details = {"bytes": os.path.getsize(os.path.join(veza.data, "files", key)), "seconds_a_round": seconds}
    try:
        theirs = nginx_link(key)
        for broken in ((veza.ports["stream"], path[:-1] + ("0" if path[-1] != "0" else "1")), (peer.port, theirs.replace("Music", "music"))):
            if ask(*broken)[0].status != 403:
                raise RuntimeError("a changed link is not refused")
        for what, headers, connections in (("64 KiB of it", {"Range": "bytes=%d-%d" % RANGE}, 64), ("the whole file", {}, 8)):
            if ask(veza.ports["stream"], path, headers)[1] != ask(peer.port, theirs, headers)[1]:
                raise RuntimeError("Veza and nginx disagree")
            lines = ["%s: %s" % pair for pair in headers.items()]
            sides = [load.Side("veza", veza.url(path, "stream"), lambda: [veza.pid], lines), load.Side("nginx_secure_link", peer.url(theirs), peer.pids, lines)]
            load.alternate(sides, rounds, seconds, connections)
            ratio = load.ratio(*sides)
            report.add("file of %.1f MB by a signed link, %s, against nginx with secure_link" % (details["bytes"] / 1e6, what), rate(sides[0].median("per_second")),
                       rate(sides[1].median("per_second")), ratio)
            report.add("the same, processor time a request", "%.0f µs" % sides[0].median("cpu_us_per_request"), "%.0f µs" % sides[1].median("cpu_us_per_request"),
                       load.ratio(sides[1], sides[0], "cpu_us_per_request"))
            details[what] = {"connections": connections, **headers, "ratio": round(ratio, 3), **load.summary(sides)}
    finally:
        peer.stop()
        veza.stop()
        veza.start()
    report.details["links"] = {**details, "load_average_after": machine.load()}
