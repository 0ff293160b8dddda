import os
import sys

print(os.read(0, 5), os.read(0, 3))
print(sys.stdin.readline())
print(sys.stdin.buffer.readline(), sys.stdin.read(4), sys.stdin.readlines())
print(os.read(0, 10), os.isatty(0))
