"""Real parts of other makers, as the tests start them (bench/peers/parts.mts)."""
import json
import os
import subprocess

from . import machine
from .programs import FOLDER
from .veza import ROOT


class Parts:
    def __init__(self, *names):
        """Starts them: postgresql, redis, rabbitmq, s3, clamd. `settings` are those of a Veza that uses them."""
        self.process = subprocess.Popen(["node", "--import", "tsx", os.path.join(FOLDER, "parts.mts"), *names], cwd=os.path.join(ROOT, "tests"),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.settings = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("a part did not start, or ended")
        return json.loads(line)

    def tell(self, what):
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return self.answer()

    def kill(self, name):
        self.tell("kill " + name)

    def start(self, name):
        """Returns when it answers."""
        self.tell("start " + name)

    def pids(self):
        return machine.children(self.process.pid)[1:]

    def remove(self):
        self.process.stdin.close()
        self.process.wait(30)
