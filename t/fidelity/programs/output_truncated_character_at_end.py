import sys

sys.stdout.buffer.write("ends inside a snowman ☃".encode()[:-1])
