"""Programs that take as many processes as they get, and say how many."""

FORKS = """
import os, signal, time

children = []

try:
    while True:
        child = os.fork()
        if child == 0:
            time.sleep(60)
        children.append(child)
except OSError as error:
    print(1 + len(children), error.strerror)

for child in children:
    os.kill(child, signal.SIGKILL)
"""

THREADS = """
import threading, time

count = 1

try:
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        count += 1
except RuntimeError:
    print(count)
"""

# What the last of FORKS is told.
NO_MORE = "Resource temporarily unavailable"
