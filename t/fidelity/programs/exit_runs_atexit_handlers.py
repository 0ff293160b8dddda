import atexit
import sys


@atexit.register
def last():
    print("registered first, runs last")


atexit.register(print, "args", 1, sep="-")
atexit.register(lambda: 1 / 0)
atexit.register(sys.exit, 6)
print("body")
sys.exit(2)
