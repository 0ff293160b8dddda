import os
import signal
import subprocess
import sys

signal.signal(signal.SIGUSR1, lambda n, f: print("from the child"))
subprocess.run([sys.executable, "-c",
                "import os, signal; os.kill(os.getppid(), signal.SIGUSR1)"])
print("done")
