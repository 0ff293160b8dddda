import subprocess
import sys

first = subprocess.Popen([sys.executable, "-c", "for i in range(5): print(i)"],
                         stdout=subprocess.PIPE)
second = subprocess.Popen([sys.executable, "-c", "import sys; print(sum(map(int, sys.stdin)))"],
                          stdin=first.stdout, stdout=subprocess.PIPE, text=True)
first.stdout.close()
print(second.communicate(), first.wait(), second.returncode)
