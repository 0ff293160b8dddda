import sys
import threading
import time


def slow():
    time.sleep(0.1)
    print("the thread was waited for")
    raise ValueError("and failed")


threading.Thread(target=slow).start()
sys.exit(4)
