import os
import signal
import time


def handler(number, frame):
    raise RuntimeError(f"signal {number}")


signal.signal(signal.SIGUSR1, handler)
os.kill(os.getpid(), signal.SIGUSR1)
time.sleep(5)
