import sys

print(repr(sys.stdin.read()), sys.stdin.readline() == "", list(sys.stdin))
try:
    input("prompt without an answer: ")
except EOFError as error:
    print("\nEOFError:", error)
input()
