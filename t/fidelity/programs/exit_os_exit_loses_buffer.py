import os
import sys

print("never seen")
sys.stdout.buffer.write(b"nor this")
sys.stderr.write("stderr is seen\n")
os._exit(11)
