"""Segments and playlists of the stream server against nginx."""
import http.client
import os
import re
import signal
import socket
import subprocess
import time

from . import load, machine
from .report import mib, rate

CONNECTIONS = 64
CONFIG = """
user %(user)s; daemon off; worker_processes 2; pid %(folder)s/nginx.pid; error_log %(folder)s/nginx-error.log warn;
events { worker_connections 1024; }
http {
    sendfile on; tcp_nopush on; access_log off; keepalive_timeout 60; keepalive_requests 1000000000; %(extra)s
    types { application/vnd.apple.mpegurl m3u8; audio/mp4 m4s mp4; }
    client_body_temp_path %(folder)s/t1; proxy_temp_path %(folder)s/t2; fastcgi_temp_path %(folder)s/t3; uwsgi_temp_path %(folder)s/t4; scgi_temp_path %(folder)s/t5;
    server {
        listen 127.0.0.1:%(port)d backlog=1024; root %(root)s;
        add_header Cache-Control "public, max-age=31536000, immutable"; add_header Access-Control-Allow-Origin "*";
        %(server)s
    }
}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Nginx:
    def __init__(self, folder, root, extra="", server=""):
        """`extra` stands in the block http, `server` in the block server."""
        os.makedirs(folder, exist_ok=True)
        self.port = free_port()
        path = os.path.join(folder, "nginx.conf")
        user = "root" if os.getuid() == 0 else "nobody"
        with open(path, "w") as file:
            file.write(CONFIG % {"folder": folder, "root": root, "port": self.port, "user": user, "extra": extra, "server": server})
        self.process = subprocess.Popen(["nginx", "-p", folder, "-c", path], stderr=subprocess.DEVNULL)
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError("nginx did not start")

    def pids(self):
        return machine.children(self.process.pid)

    def url(self, path):
        return "http://127.0.0.1:%d%s" % (self.port, path)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


def fetch(url):
    host, path = re.match(r"http://([^/]+)(/.*)", url).groups()
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.request("GET", path)
    reply = connection.getresponse()
    content = reply.read()
    connection.close()
    if reply.status != 200:
        raise RuntimeError("%s: %d" % (url, reply.status))
    return content


def pick_segment(folder):
    """The segment nearest to 100 kB, and the longest playlist."""
    files = [(abs(os.path.getsize(os.path.join(at, name)) - 100000), os.path.relpath(os.path.join(at, name), folder))
             for at, _, names in os.walk(folder) for name in names if name.startswith("segment_")]
    return min(files)[1]


def run(veza, track_id, report, rounds, seconds):
    root = os.path.join(veza.data, "files")
    base = "/hls/" + track_id + "/"
    segment = pick_segment(root + base)
    playlist = os.path.join(os.path.dirname(segment), "playlist.m3u8")
    peer = Nginx(os.path.join(veza.folder, "nginx"), root)
    tuned = Nginx(os.path.join(veza.folder, "nginx-tuned"), root, "open_file_cache max=2048 inactive=60s; open_file_cache_valid 60s;")
    ours = lambda: [veza.pid]
    details = {"connections": CONNECTIONS, "seconds_a_round": seconds}
    try:
        for what, path in (("segment", base + segment), ("playlist", base + playlist)):
            content = fetch(veza.url(path, "stream"))
            if content != fetch(peer.url(path)):
                raise RuntimeError(path + ": Veza and nginx disagree")
            sides = [load.Side("veza", veza.url(path, "stream"), ours), load.Side("nginx", peer.url(path), peer.pids),
                     load.Side("nginx_open_file_cache", tuned.url(path), tuned.pids)]
            load.alternate(sides, rounds, seconds, CONNECTIONS)
            ratio = load.ratio(sides[0], sides[1])
            size = "%d kB" % round(len(content) / 1000) if len(content) > 10000 else "%d B" % len(content)
            report.add("%s, %s, against nginx" % (what, size), rate(sides[0].median("per_second")), rate(sides[1].median("per_second")), ratio,
                       "≥ 1.0", ratio >= 1.0)
            best = load.ratio(sides[0], sides[2])
            report.add("%s, nginx with open_file_cache" % what, rate(sides[0].median("per_second")), rate(sides[2].median("per_second")), best)
            report.add("%s, processor time a request" % what, "%.0f µs" % sides[0].median("cpu_us_per_request"),
                       "%.0f µs" % sides[1].median("cpu_us_per_request"), load.ratio(sides[1], sides[0], "cpu_us_per_request"))
            report.add("%s, memory (PSS) under load" % what, mib(sides[0].median("pss_kib")), mib(sides[1].median("pss_kib")))
            details[what] = {"path": path, "bytes": len(content), "ratio": round(ratio, 3), "ratio_open_file_cache": round(best, 3), **load.summary(sides)}
    finally:
        peer.stop()
        tuned.stop()
    report.details["delivery"] = details
