import os
import signal
import sys

code = "import os, signal, sys; os.kill(os.getpid(), int(sys.argv[1]))"
import subprocess
for name in ("SIGHUP", "SIGQUIT", "SIGPIPE", "SIGALRM", "SIGUSR2", "SIGVTALRM"):
    number = getattr(signal, name)
    done = subprocess.run([sys.executable, "-c", code, str(int(number))])
    print(name, done.returncode)
