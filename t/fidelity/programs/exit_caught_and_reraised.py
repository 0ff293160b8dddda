import sys

try:
    sys.exit("first")
except SystemExit as error:
    print(repr(error), error.code)
    error.code = 9
    raise
