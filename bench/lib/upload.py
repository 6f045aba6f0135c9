"""A large upload, and uploads with tus against nginx that takes PUT requests."""
import base64
import hashlib
import http.client
import os
import shutil
import statistics
import struct
import time

from . import machine
from .delivery import Nginx
from .report import mib

BLOCK = os.urandom(1 << 20)
TUS_BYTES = 300_000_000


def wave_stream(size):
    """A WAV header that promises `size` bytes in all, then noise."""
    yield struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", size - 8, b"WAVE", b"fmt ", 16, 1, 2, 44100, 176400, 4, 16, b"data", size - 44)
    left = size - 44
    while left > 0:
        yield BLOCK[:left]
        left -= len(BLOCK)


def large(veza, token, report, size):
    """The track is deleted as soon as it is there, which also cancels its processing."""
    memory, begin = [], time.monotonic()
    before = machine.memory_kib([veza.pid])["private"]
    cpu = machine.cpu_s([veza.pid])

    def look():
        if not memory or time.monotonic() - memory[-1][0] > 0.1:
            memory.append((time.monotonic(), machine.memory_kib([veza.pid])["private"]))

    status, reply = veza.upload(token, "large.wav", wave_stream(size), size, "Large", look)
    wall = time.monotonic() - begin
    used = machine.cpu_s([veza.pid]) - cpu
    if status != 201:
        raise RuntimeError("upload: %d %s" % (status, reply))
    veza.call("DELETE", "/api/v1/tracks/" + reply["id"], token=token)
    growth = max(m for _, m in memory) - before
    report.add("upload of %d MB, hashed and on disk" % (size // 1000000), "%.0f MB/s" % (size / 1e6 / wall), "")
    report.add("upload, growth of the server's memory", mib(growth), "", None, "< 16 MiB", growth < 16 * 1024)
    return {"bytes": size, "seconds": round(wall, 3), "mb_per_second": round(size / 1e6 / wall, 1), "server_cpu_s": round(used, 2),
            "memory_growth_kib": growth, "memory_kib": [m for _, m in memory], "load_average": machine.load()[0]}


def send(port, method, path, headers, size, status):
    """Seconds from the first byte to the reply, and the reply's headers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    begin = time.monotonic()
    connection.putrequest(method, path)
    for header in {**headers, "Content-Length": str(size)}.items():
        connection.putheader(*header)
    connection.endheaders()
    for chunk in wave_stream(size):
        connection.send(chunk)
    reply = connection.getresponse()
    content = reply.read()
    seconds = time.monotonic() - begin
    connection.close()
    if reply.status not in status:
        raise RuntimeError("%s %s: %d %s" % (method, path, reply.status, content.decode("utf-8", "replace")[:500]))
    return seconds, reply.headers


def tus_once(veza, token, number):
    """The bytes alone: when the reply comes they are hashed, looked at and a track. It is deleted at once, which cancels its processing."""
    known = {"Authorization": "Bearer " + token, "Tus-Resumable": "1.0.0"}
    name = base64.b64encode(b"large%d.wav" % number).decode()
    connection = http.client.HTTPConnection("127.0.0.1", veza.ports["api"], timeout=60)
    connection.request("POST", "/api/v1/uploads/tus", headers={**known, "Upload-Length": str(TUS_BYTES), "Upload-Metadata": "filename " + name})
    reply = connection.getresponse()
    content = reply.read()
    if reply.status != 201:
        raise RuntimeError("tus: %d %s" % (reply.status, content))
    address = reply.headers["Location"].partition("//")[2]
    address = "/" + address.partition("/")[2] if address else reply.headers["Location"]
    connection.close()
    seconds, headers = send(veza.ports["api"], "PATCH", address, {**known, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
                            TUS_BYTES, (200, 204))
    veza.call("DELETE", "/api/v1/tracks/" + headers["Veza-Track"], token=token)
    return seconds


def tus(veza, token, report, rounds):
    """nginx neither hashes nor waits for the disk; what SHA-256 alone takes is shown beside it."""
    folder = os.path.join(veza.folder, "put")
    root = os.path.join(folder, "root")
    os.makedirs(root)
    os.chmod(root, 0o777)
    nginx = Nginx(folder, root, "dav_methods PUT; client_max_body_size 0;")
    ours, theirs, synced = [], [], []

    def put(number):
        theirs.append(send(nginx.port, "PUT", "/%d.wav" % number, {}, TUS_BYTES, (201, 204))[0])
        begin = time.monotonic()
        descriptor = os.open(os.path.join(root, "%d.wav" % number), os.O_RDONLY)
        os.fdatasync(descriptor)
        os.close(descriptor)
        synced.append(theirs[-1] + time.monotonic() - begin)

    sides = [lambda n: ours.append(tus_once(veza, token, n)), put]
    try:
        for number in range(rounds + 1):
            for side in sides if number % 2 == 0 else reversed(sides):
                side(number)
    finally:
        nginx.stop()
        shutil.rmtree(folder, ignore_errors=True)
    begin = time.monotonic()
    digest = hashlib.sha256()
    for chunk in wave_stream(TUS_BYTES):
        digest.update(chunk)
    hashing = time.monotonic() - begin
    ours, theirs, synced = ours[1:], theirs[1:], synced[1:]  # the first is warming up
    ratio = statistics.median(b / a for a, b in zip(ours, theirs))
    ratio_synced = statistics.median(b / a for a, b in zip(ours, synced))
    speed = lambda seconds: "%.0f MB/s" % (TUS_BYTES / 1e6 / statistics.median(seconds))
    report.add("300 MB with tus, hashed and on disk, against nginx and PUT", speed(ours), speed(theirs), ratio, "≥ 0.80", ratio >= 0.8)
    report.add("300 MB with tus, hashed and on disk, against nginx, PUT and fdatasync", speed(ours), speed(synced), ratio_synced)
    report.add("300 MB with tus, against SHA-256 alone", speed(ours), speed([hashing]), hashing / statistics.median(ours))
    return {"bytes": TUS_BYTES, "seconds": [round(s, 3) for s in ours], "nginx_seconds": [round(s, 3) for s in theirs],
            "nginx_and_fdatasync_seconds": [round(s, 3) for s in synced], "sha256_seconds": round(hashing, 3)}


def run(veza, token, report, size, rounds):
    report.details["upload"] = {"large": large(veza, token, report, size), "tus": tus(veza, token, report, rounds)}
