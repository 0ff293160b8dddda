import os
import signal

print("lost: the buffer is never flushed")
os.kill(os.getpid(), signal.SIGTERM)
print("never")
