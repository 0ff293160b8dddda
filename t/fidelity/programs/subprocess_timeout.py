import subprocess
import sys

try:
    subprocess.run([sys.executable, "-c", "import time; time.sleep(30)"], timeout=0.2)
except subprocess.TimeoutExpired as error:
    print("timed out", error.stdout)
process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
print(process.poll())
process.terminate()
print(process.wait())
process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
process.kill()
print(process.wait())
