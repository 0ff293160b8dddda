import os
import string

print(string.punctuation, string.digits, len(string.printable))
print(os.path.join("a", "b", "..", "c"), os.path.normpath("a//b/../c"))
print(os.path.splitext("archive.tar.gz"), os.path.basename("/x/y/z.txt"))
print(os.sep, os.linesep.encode(), os.name, os.devnull, os.strerror(2))
print(os.path.exists("/nonexistent"), os.path.isdir("/usr"), os.fspath("p"))
print(os.environ.get("NO_SUCH_VARIABLE_HERE", "fallback"))
os.environ["ADDED"] = "here"
print(os.environ["ADDED"], os.getenv("ADDED"))
print(os.listdir("/nonexistent"))
