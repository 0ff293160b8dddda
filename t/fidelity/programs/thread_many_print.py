import threading

barrier = threading.Barrier(8)


def shout(i):
    barrier.wait()
    for _ in range(50):
        with lock:
            lines.append(f"{i}")


lock, lines = threading.Lock(), []
threads = [threading.Thread(target=shout, args=(i,)) for i in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
print(len(lines), sorted(set(lines)))
