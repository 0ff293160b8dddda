import sys
import threading


def work():
    print("leaving the thread")
    sys.exit(5)


t = threading.Thread(target=work)
t.start()
t.join()
print("main goes on")
