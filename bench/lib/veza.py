"""A Veza server of our own: temporary data folder, free ports, no rate limits, no access log."""
import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("VEZA_BENCH_BUILD", os.path.join(ROOT, "build"))
BINARY = os.path.join(BUILD, "veza")
PASSWORD = "benchmark-password"


class Veza:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="veza-bench-")
        os.chmod(self.folder, 0o755)
        self.data = os.path.join(self.folder, "data")
        self.process = None

    def launch(self, **settings):
        """Starts the server and does not wait."""
        environment = {"PATH": os.environ.get("PATH", ""), "VEZA_DATA_DIR": self.data, "PORT_BACKEND": "0", "PORT_STREAM": "0",
                       "RATE_LIMIT_ENABLED": "false", "ACCESS_LOG": "false", "LOG_LEVEL": "WARN", **settings}
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen([BINARY, "serve"], env=environment, cwd=self.folder, stdout=log, stderr=log)

    def start(self, **settings):
        ready = os.path.join(self.folder, "ready")
        if os.path.exists(ready):
            os.unlink(ready)
        begin = time.monotonic()
        self.launch(VEZA_READY_FILE=ready, **settings)
        while not os.path.exists(ready):
            if self.process.poll() is not None or time.monotonic() - begin > 90:
                with open(os.path.join(self.folder, "log")) as log:
                    raise RuntimeError("Veza did not start:\n" + log.read()[-4000:])
            time.sleep(0.005)
        with open(ready) as file:
            self.ports = json.load(file)

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        """True when it ended by itself within fifteen seconds."""
        ended = True
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                ended = False
                self.process.kill()
                self.process.wait()
        self.process = None
        return ended

    def remove(self):
        self.stop()
        place = os.path.realpath(os.path.join(self.data, "pg"))
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(place, ignore_errors=True)

    def url(self, path, server="api"):
        return "http://127.0.0.1:%d%s" % (self.ports[server], path)

    def conninfo(self):
        """How to reach the embedded database: the socket's folder is the fifth line of PostgreSQL's own file."""
        with open(os.path.join(self.data, "pg", "data", "postmaster.pid")) as file:
            lines = file.read().split("\n")
        return "host=%s port=%s dbname=veza user=veza" % (lines[4], lines[3])

    def postmaster(self):
        with open(os.path.join(self.data, "pg", "data", "postmaster.pid")) as file:
            return int(file.readline())

    def call(self, method, path, body=None, token=None, server="api"):
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[server], timeout=120)
        headers = {"Authorization": "Bearer " + token} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        reply = connection.getresponse()
        content = reply.read()
        connection.close()
        if reply.status >= 400:
            raise RuntimeError("%s %s: %d %s" % (method, path, reply.status, content.decode("utf-8", "replace")[:500]))
        return json.loads(content) if content and "json" in (reply.getheader("Content-Type") or "") else content

    def creator(self, name="bench"):
        """Registers somebody who may upload; returns a bearer token."""
        email = name + "@example.org"
        token = self.call("POST", "/api/v1/auth/register", {"username": name, "email": email, "password": PASSWORD})["access_token"]
        self.call("POST", "/api/v1/users/me/creator", {}, token)
        return self.login(email)

    def login(self, email):
        return self.call("POST", "/api/v1/auth/login", {"email": email, "password": PASSWORD})["access_token"]

    def upload(self, token, filename, chunks, size, title, on_chunk=None):
        """Sends `chunks` (bytes, `size` in all) as a new track. Returns (status, reply)."""
        mark = "veza-benchmark-7d1f"
        head = ("--%s\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n%s\r\n"
                "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\nContent-Type: audio/wav\r\n\r\n"
                % (mark, title, mark, filename)).encode()
        tail = ("\r\n--%s--\r\n" % mark).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.ports["api"], timeout=300)
        connection.putrequest("POST", "/api/v1/tracks")
        connection.putheader("Authorization", "Bearer " + token)
        connection.putheader("Content-Type", "multipart/form-data; boundary=" + mark)
        connection.putheader("Content-Length", str(len(head) + size + len(tail)))
        connection.endheaders()
        connection.send(head)
        for chunk in chunks:
            connection.send(chunk)
            if on_chunk:
                on_chunk()
        connection.send(tail)
        reply = connection.getresponse()
        content = reply.read()
        connection.close()
        return reply.status, json.loads(content)

    def wait_track(self, token, track_id, timeout_s=180):
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            status = self.call("GET", "/api/v1/tracks/%s/status" % track_id, token=token)
            if status["status"] == "completed":
                return
            if status["status"] == "failed":
                raise RuntimeError("track failed: %s" % status)
            time.sleep(0.05)
        raise RuntimeError("track not processed in time")
