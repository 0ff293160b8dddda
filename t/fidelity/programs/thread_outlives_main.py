import threading
import time


def late():
    time.sleep(0.1)
    print("thread printed after main", threading.main_thread().is_alive())


threading.Thread(target=late).start()
print("main ends")
