import os
import signal
import sys
import time

signal.signal(signal.SIGTERM, lambda n, f: sys.exit(128 + n))
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(5)
