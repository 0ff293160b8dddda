import sys

for i in range(4000):
    print(f"{i:6d} " + "é" * 20 + "." * (i % 23), file=sys.stderr)
