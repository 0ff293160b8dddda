import os

saved = os.dup(1)
reader, writer = os.pipe()
os.dup2(writer, 1)
print("into the pipe", flush=True)
os.dup2(saved, 1)
os.close(writer)
print("back again", os.read(reader, 100))
