import signal
import time


class Timeout(Exception):
    pass


def on_alarm(number, frame):
    raise Timeout("too slow")


signal.signal(signal.SIGALRM, on_alarm)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    time.sleep(5)
except Timeout as error:
    print(error)
finally:
    print(signal.setitimer(signal.ITIMER_REAL, 0))
