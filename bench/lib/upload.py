"""A large upload."""
import os
import struct
import time

from . import machine
from .report import mib

BLOCK = os.urandom(1 << 20)


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


def run(veza, token, report, size):
    report.details["upload"] = {"large": large(veza, token, report, size)}
