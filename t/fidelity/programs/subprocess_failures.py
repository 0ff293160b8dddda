import subprocess
import sys

for command in (["/nonexistent/program"], ["/usr"], [""]):
    try:
        subprocess.run(command)
    except OSError as error:
        print(type(error).__name__, error)
done = subprocess.run([sys.executable, "-c", "1 / 0"], capture_output=True, text=True)
print(done.returncode, done.stderr)
done = subprocess.run([sys.executable, "-c", "import os; os.abort()"])
print(done)
subprocess.check_call([sys.executable, "-c", "raise SystemExit(2)"])
