import threading
import time


def late():
    time.sleep(0.1)
    print("thread still ends")


threading.Thread(target=late).start()
raise ValueError("main fails")
