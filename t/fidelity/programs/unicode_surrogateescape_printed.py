import sys

raw = b"caf\xe9 \xff\xfe".decode("utf-8", "surrogateescape")
print(ascii(raw))
print(sys.stdout.errors, sys.stderr.errors)
sys.stdout.reconfigure(errors="surrogateescape")
print(raw)
sys.stdout.reconfigure(errors="backslashreplace")
print(raw)
sys.stderr.write(raw + "\n")
