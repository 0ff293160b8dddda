import threading


def work():
    raise ValueError("in the thread")


t = threading.Thread(target=work)
t.start()
t.join()
t = threading.Thread(target=work, name="named")
t.start()
t.join()
print("main survives")
