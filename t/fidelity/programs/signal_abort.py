import os
import sys

sys.stderr.write("about to abort\n")
os.abort()
