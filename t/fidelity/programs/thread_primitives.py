import threading

event, barrier = threading.Event(), threading.Barrier(3)
condition, semaphore = threading.Condition(), threading.Semaphore(2)
log = []


def party(i):
    event.wait()
    with semaphore:
        log.append(i)
    barrier.wait()


threads = [threading.Thread(target=party, args=(i,)) for i in range(3)]
for t in threads:
    t.start()
event.set()
for t in threads:
    t.join(5)
print(sorted(log), barrier.n_waiting, [t.is_alive() for t in threads])
timer = threading.Timer(0.01, print, ["timer fired"])
timer.start()
timer.join()
print(threading.Thread().name, threading.get_ident() == threading.main_thread().ident)
