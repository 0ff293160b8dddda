import os
import sys

sys.stdout.write("1 buffered ")
os.write(1, b"2 raw ")
sys.stdout.buffer.write(b"3 binary ")
print("4 print", flush=True)
sys.stdout.buffer.write(b"5 binary again\n")
print("6 print")
