import sys

print("a", "b", sep="", end="\n\n")
print(*range(5), sep=", ", file=sys.stderr)
print("x", sep=5) if False else print()
print("bad", sep=5)
