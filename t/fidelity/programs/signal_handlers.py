import os
import signal


def handler(number, frame):
    print("got", signal.Signals(number).name, "in", frame.f_code.co_name)


for name in ("SIGUSR1", "SIGUSR2", "SIGTERM", "SIGHUP"):
    signal.signal(getattr(signal, name), handler)
for name in ("SIGUSR1", "SIGUSR2", "SIGTERM", "SIGHUP"):
    os.kill(os.getpid(), getattr(signal, name))
signal.raise_signal(signal.SIGUSR1)
print("survived")
