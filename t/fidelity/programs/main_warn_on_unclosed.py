import os
import sys

handle = open(os.devnull)
del handle
print(sys.warnoptions)
