"""The archive of a release, put together while it is sent, against nginx that serves the same ZIP file from its disk."""
import os
import shutil
import socket
import statistics
import threading
import time

from . import machine
from .catalogue import wave_file
from .delivery import Nginx
from .report import mib

TRACKS, SECONDS = 10, 60  # 106 MB
TOGETHER = 16


def fetch(port, path, keep=None):
    """Seconds until the last byte, and how many there were; with the same client for both sides. `keep` is a file for them."""
    piece = bytearray(1 << 20)
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        connection.sendall(b"GET %s HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n" % path.encode())
        count = connection.recv_into(piece)
        while b"\r\n\r\n" not in piece[:count]:
            count += connection.recv_into(memoryview(piece)[count:])
        head = bytes(piece[:count]).partition(b"\r\n\r\n")[0]
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError("%s: %s" % (path, head[:100]))
        received = count - len(head) - 4
        if keep:
            keep.write(piece[len(head) + 4:count])
        while count:
            count = connection.recv_into(piece)
            received += count
            if keep:
                keep.write(memoryview(piece)[:count])
    return time.monotonic() - begin, received


def release(veza, token):
    """A public release of ten tracks that offers its archive as uploaded; returns the archive's path."""
    path, ids = wave_file(veza.folder, SECONDS), []
    for number in range(TRACKS):
        with open(path, "rb") as file:
            status, reply = veza.upload(token, "music.wav", iter(lambda: file.read(1 << 20), b""), os.path.getsize(path), "Piece %d" % number)
        if status != 201:
            raise RuntimeError("upload: %d %s" % (status, reply))
        ids.append(reply["id"])
    for track in ids:
        veza.wait_track(token, track)
        veza.call("PUT", "/api/v1/tracks/" + track, {"visibility": "public"}, token)
    made = veza.call("POST", "/api/v1/releases", {"title": "Bench", "visibility": "public", "track_ids": ids, "is_downloadable": True}, token)
    base = "/api/v1/releases/%s/archives" % made["id"]
    veza.call("POST", base + "/original", token=token)
    while any(one["state"] != "ready" for one in veza.call("GET", base)["items"]):
        time.sleep(0.05)
    return base + "/original"


def together(port, path, pids):
    """So many downloads at once: MB/s of all, and the growth of private memory meanwhile."""
    sizes, before = [], machine.memory_kib(pids)["private"]
    threads = [threading.Thread(target=lambda: sizes.append(fetch(port, path)[1])) for _ in range(TOGETHER)]
    begin, most = time.monotonic(), before
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most = max(most, machine.memory_kib(pids)["private"])
        time.sleep(0.05)
    if len(sizes) != TOGETHER:
        raise RuntimeError("a download broke off")
    return sum(sizes) / 1e6 / (time.monotonic() - begin), most - before


def run(veza, token, report, rounds):
    path = release(veza, token)
    root = os.path.join(veza.folder, "archive", "root")
    os.makedirs(root)
    nginx = Nginx(os.path.join(veza.folder, "archive"), root)
    ours, theirs = (veza.ports["api"], path), (nginx.port, "/archive.zip")
    speeds, groups = {"veza": [], "nginx": []}, {"veza": [], "nginx": []}
    sides = [("veza", ours, lambda: [veza.pid]), ("nginx", theirs, nginx.pids)]
    try:
        with open(os.path.join(root, "archive.zip"), "wb") as file:
            size = fetch(*ours, file)[1]
        for number in range(rounds + 1):
            for name, where, pids in sides if number % 2 == 0 else reversed(sides):
                seconds, received = fetch(*where)
                if received != size:
                    raise RuntimeError("%s sent %d bytes instead of %d" % (name, received, size))
                group = together(*where, pids())
                if number:  # the first is warming up
                    speeds[name].append(size / 1e6 / seconds)
                    groups[name].append(group)
    finally:
        nginx.stop()
        shutil.rmtree(os.path.dirname(root), ignore_errors=True)
    median = lambda values: statistics.median(values)
    ratio = lambda a, b: median([x / y for x, y in zip(a, b)])
    speed = lambda values: "%.0f MB/s" % median(values)
    all_of = {name: [group[0] for group in groups[name]] for name in groups}
    growth = {name: max(group[1] for group in groups[name]) for name in groups}
    report.add("archive of a release, %d MB, against nginx and the same file" % (size // 1000000), speed(speeds["veza"]), speed(speeds["nginx"]),
               ratio(speeds["veza"], speeds["nginx"]))
    report.add("%d downloads of it at once" % TOGETHER, speed(all_of["veza"]), speed(all_of["nginx"]), ratio(all_of["veza"], all_of["nginx"]))
    report.add("growth of the server's memory meanwhile", mib(growth["veza"]), mib(growth["nginx"]), None, "< 16 MiB", growth["veza"] < 16 * 1024)
    report.details["archive"] = {"bytes": size, "mb_per_second": {n: [round(v, 1) for v in speeds[n]] for n in speeds},
                                 "together_mb_per_second": {n: [round(v, 1) for v in all_of[n]] for n in all_of}, "memory_growth_kib": growth,
                                 "load_average": machine.load()[0]}
