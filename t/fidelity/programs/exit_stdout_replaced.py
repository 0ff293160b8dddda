import io
import sys

sys.stdout = io.StringIO()
print("into memory")
sys.__stdout__.write("real " + sys.stdout.getvalue())


class Loud:
    def write(self, text):
        sys.__stdout__.write(text.upper())

    def flush(self):
        sys.__stdout__.write("[flush]\n")


sys.stdout = Loud()
print("shout")
