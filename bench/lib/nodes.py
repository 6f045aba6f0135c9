"""A Redis of our own, and a second node that shares database, keys and that Redis with the first."""
import os
import shutil
import subprocess
import tempfile
import time

from .veza import Veza


class Redis:
    """redis-server on a unix socket, nothing on disk."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="veza-bench-redis-")
        self.socket = os.path.join(self.folder, "redis.sock")
        self.process = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", self.socket, "--save", "", "--appendonly", "no",
                                         "--dir", self.folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        begin = time.monotonic()
        while not os.path.exists(self.socket):
            if self.process.poll() is not None or time.monotonic() - begin > 10:
                raise RuntimeError("redis-server did not start")
            time.sleep(0.01)

    @property
    def url(self):
        return "unix://" + self.socket

    def remove(self):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def node(veza, redis):
    """A started server on the embedded database of `veza`."""
    other = Veza()
    try:
        os.makedirs(other.data, mode=0o700)
        shutil.copytree(os.path.join(veza.data, "keys"), os.path.join(other.data, "keys"))
        shutil.copy(os.path.join(veza.data, "secret"), other.data)
        other.start(DATABASE_URL=veza.conninfo(), REDIS_URL=redis.url)
    except BaseException:
        other.remove()
        raise
    return other
