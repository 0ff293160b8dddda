"""Programs that wait until the test lets them go, by a signal."""

import os
import signal
import threading

from .process import wait_until

# What a program begins with; pyexec_allow must have "signal".
WAIT = """\
import signal, time
let_go = []
signal.signal(signal.SIGUSR1, lambda *_: let_go.append(True))
while not let_go:
    time.sleep(0.01)
"""


def waiting(server):
    """The runs that are in WAIT, or have been."""
    return [pid for pid in server.run_pids() if catches(pid, signal.SIGUSR1)]


def wait_for_waiting(server, count):
    wait_until(lambda: len(waiting(server)) >= count)
    found = waiting(server)

    if len(found) != count:
        raise AssertionError(f"{len(found)} runs wait, not {count}")

    return found


class LetGo:
    """While this is open, every run that waits is let go."""

    def __init__(self, server):
        self.server = server
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def run(self):
        while not self.over.wait(0.02):
            for pid in waiting(self.server):
                try:
                    os.kill(pid, signal.SIGUSR1)
                except ProcessLookupError:
                    pass


def catches(pid, number):
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8",
                  errors="replace") as status:
            fields = dict(line.split(":\t") for line in status)
    except (FileNotFoundError, ProcessLookupError):
        return False

    return int(fields["SigCgt"], 16) >> (number - 1) & 1 == 1
