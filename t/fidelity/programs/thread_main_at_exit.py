import atexit
import threading

atexit.register(lambda: print("main alive at exit",
                              threading.main_thread().is_alive()))
print("main alive", threading.main_thread().is_alive())
