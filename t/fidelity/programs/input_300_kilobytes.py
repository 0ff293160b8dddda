import hashlib
import sys

text = sys.stdin.read()
print(len(text), text.count("\n"), hashlib.sha256(text.encode()).hexdigest())
print(text[-50:])
