import sys

total = 0
for number, line in enumerate(sys.stdin, 1):
    try:
        total += float(line)
    except ValueError as error:
        print(f"line {number}: {error}", file=sys.stderr)
print(f"total {total:.2f} after {number} lines")
