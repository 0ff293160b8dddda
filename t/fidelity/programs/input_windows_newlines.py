import sys

print(repr(input()), [line for line in sys.stdin])
