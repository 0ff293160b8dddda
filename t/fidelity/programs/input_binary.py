import sys

data = sys.stdin.buffer.read()
print(len(data), data[:12], data[-3:], data.count(b"\n"))
