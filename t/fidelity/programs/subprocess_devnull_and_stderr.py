import subprocess
import sys

child = "import sys; print('out', flush=True); print('err', file=sys.stderr)"
run = [sys.executable, "-c", child]
print(subprocess.run(run, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE).stderr)
print(subprocess.run(run, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout)
print(subprocess.run([sys.executable, "-c", "print(repr(input()))"],
                     stdin=subprocess.DEVNULL, capture_output=True).returncode)
