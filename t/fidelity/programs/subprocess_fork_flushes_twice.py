import os

print("in the buffer at fork")
pid = os.fork()
if pid:
    os.wait()
