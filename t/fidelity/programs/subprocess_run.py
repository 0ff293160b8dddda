import subprocess
import sys

done = subprocess.run([sys.executable, "-c", "print('child'); import sys; sys.exit(3)"])
print("returncode", done.returncode)
done = subprocess.run([sys.executable, "-c", "print(input().upper())"],
                      input="hello é\n", capture_output=True, text=True)
print(done)
print(subprocess.check_output([sys.executable, "-c", "print(6 * 7)"], text=True))
subprocess.run([sys.executable, "-c", "raise SystemExit(9)"], check=True)
