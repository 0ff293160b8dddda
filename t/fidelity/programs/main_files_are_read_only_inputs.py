import os

for path in ("/nonexistent/file", "/usr"):
    try:
        open(path)
    except OSError as error:
        print(type(error).__name__, error.errno, error)
print(open(os.devnull).read() == "", os.path.isfile(__file__))
open("missing.txt")
