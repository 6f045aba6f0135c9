"""A private RabbitMQ in a folder of its own."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PROGRAMS = "/usr/lib/rabbitmq/bin"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class RabbitMQ:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="veza-bench-rabbitmq-")
        self.port, distribution, epmd = free_port(), free_port(), free_port()
        with open(os.path.join(self.folder, "plugins"), "w") as file:
            file.write("[].\n")
        with open(os.path.join(self.folder, "rabbitmq.conf"), "w") as file:
            file.write("default_user = veza\ndefault_pass = veza\nlog.console = false\nlog.file.level = warning\ndisk_free_limit.absolute = 10MB\n")
        self.environment = {
            "HOME": self.folder, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "RABBITMQ_NODENAME": "bench@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_NODE_PORT": str(self.port), "RABBITMQ_DIST_PORT": str(distribution),
            "ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": str(epmd), "RABBITMQ_MNESIA_BASE": self.folder + "/mnesia",
            "RABBITMQ_LOG_BASE": self.folder, "RABBITMQ_PID_FILE": self.folder + "/pid", "RABBITMQ_CONFIG_FILE": self.folder + "/rabbitmq",
            "RABBITMQ_ENABLED_PLUGINS_FILE": self.folder + "/plugins", "ERL_CRASH_DUMP": self.folder + "/crash", "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}"}
        self.epmd = subprocess.Popen(["epmd", "-address", "127.0.0.1", "-port", str(epmd)])
        self.process = None

    def url(self):
        return "amqp://veza:veza@127.0.0.1:%d" % self.port

    def start(self):
        """Until it listens: then it has what it had before."""
        with open(os.path.join(self.folder, "out"), "ab") as log:
            self.process = subprocess.Popen([PROGRAMS + "/rabbitmq-server"], env=self.environment, cwd=self.folder, stdin=subprocess.PIPE, stdout=log, stderr=log)
        end = time.monotonic() + 120
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("RabbitMQ did not start; see " + self.folder)
                time.sleep(0.02)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def remove(self):
        for one in (self.process, self.epmd):
            if one:
                one.kill()
                one.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
