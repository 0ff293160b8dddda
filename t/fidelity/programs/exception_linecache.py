import linecache
import sys

# This comment is line 4.
print(repr(linecache.getline(sys._getframe().f_code.co_filename, 4)))
print(len(linecache.getlines(__file__)))
with open(__file__, encoding="utf-8") as own:
    print(own.readline(), end="")
    print(own.read().count("linecache"))
