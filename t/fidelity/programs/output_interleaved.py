import sys

for i in range(3000):
    print("out", i, "*" * (i % 50))
    print("err", i, "+" * (i % 50), file=sys.stderr)
    if i % 500 == 0:
        sys.stdout.flush()
