import os
import sys

sys.stdout.write("A" * 300000 + "\n")
sys.stdout.flush()
written = 0
block = b"B" * 100000
while written < len(block):
    written += os.write(1, block[written:])
print("\nend")
