"""500 people who listen at once: by Veza's playback WebSocket, and by HLS from nginx, at the same time."""
import json
import os
import subprocess
import time

from . import machine
from .bus import sql
from .delivery import Nginx
from .programs import FOLDER
from .report import mib
from .veza import ROOT

COUNT, BEGIN_S, SECONDS = 500, 10, 20  # they begin within 5 s and get 20 s ahead; then it is measured


class Listeners:
    def __init__(self, kind, base, place, pids, behind=()):
        """`behind`: the processes of its database."""
        self.kind, self.pids, self.behind, self.before = kind, pids, list(behind), machine.memory_kib(pids)["pss"]
        self.process = subprocess.Popen(["node", os.path.join(FOLDER, "listeners.mjs"), os.path.join(ROOT, "tests", "node_modules"), kind, base, str(COUNT), place],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the listeners (%s) ended" % self.kind)
        return json.loads(line)

    def tell(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def look(self):
        self.tell("?")
        return {**self.answer(), "cpu_s": machine.cpu_s(self.pids), "behind_s": machine.cpu_s(self.behind), "at": time.monotonic(), "pss_kib": machine.memory_kib(self.pids)["pss"]}

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


def summary(side, first, last):
    seconds = last["at"] - first["at"]
    return {"cores": (last["cpu_s"] - first["cpu_s"]) / seconds, "cores_of_database": (last["behind_s"] - first["behind_s"]) / seconds, "chunks_per_second": (last["chunks"] - first["chunks"]) / seconds,
            "megabits_per_second": (last["bytes"] - first["bytes"]) * 8e-6 / seconds, "memory_kib": last["pss_kib"] - side.before, "chunks": last["chunks"], "bytes": last["bytes"]}


def run(veza, track, report):
    veza.stop()
    veza.start(STREAM_WS_PER_ADDRESS=str(COUNT))
    base = "/hls/%s/%s/medium/playlist.m3u8" % (track, sql(veza, "select media_version from tracks where id = '%s'" % track))
    peer, sides, load = Nginx(os.path.join(veza.folder, "nginx-listeners"), os.path.join(veza.data, "files")), [], machine.load()
    try:
        sides.append(Listeners("ws", veza.url("", "stream"), "track_id=%s&quality=medium" % track, [veza.pid], machine.children(veza.postmaster())))
        sides.append(Listeners("hls", peer.url(""), base, peer.pids()))
        for side in sides:
            side.tell("play")
        time.sleep(BEGIN_S)
        first = [side.look() for side in sides]
        time.sleep(SECONDS)
        ours, theirs = [summary(side, *looks) for side, *looks in zip(sides, first, [side.look() for side in sides])]
        if abs(ours["chunks"] - theirs["chunks"]) > COUNT or not 0.9 < ours["bytes"] / theirs["bytes"] < 1.1:
            raise RuntimeError("they did not hear the same: %s and %s" % (ours, theirs))
        what = "%d listeners by WebSocket, against HLS from nginx" % COUNT
        # the database is asked every ten seconds whether they may still listen
        report.add(what + ", processor time of the server, and of PostgreSQL", "%.3f + %.3f cores" % (ours["cores"], ours["cores_of_database"]), "%.3f cores" % theirs["cores"],
                   theirs["cores"] / (ours["cores"] + ours["cores_of_database"]))
        report.add(what + ", memory (PSS) that they take", mib(ours["memory_kib"]), mib(theirs["memory_kib"]))
        report.details["listeners"] = {"count": COUNT, "seconds": SECONDS, "veza_websocket": ours, "nginx_hls": theirs, "load_average_before": load,
                                       "load_average_after": machine.load()}
    finally:
        for side in sides:
            side.close()
        peer.stop()
        veza.stop()
        veza.start()
