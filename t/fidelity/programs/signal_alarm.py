import signal
import time

signal.setitimer(signal.ITIMER_REAL, 0.05)
print("waiting", flush=True)
time.sleep(5)
