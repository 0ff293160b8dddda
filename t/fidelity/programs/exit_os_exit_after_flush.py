import os

print("seen", flush=True)
os.write(1, b"written past the buffer\n")
os._exit(0)
