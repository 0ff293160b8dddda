import subprocess
import sys

print("parent starts", flush=True)
subprocess.run([sys.executable, "-c", "print('child read', ascii(input()))"])
subprocess.run([sys.executable, "-c", "import sys; print('second', len(sys.stdin.read()))"])
print("parent ends")
