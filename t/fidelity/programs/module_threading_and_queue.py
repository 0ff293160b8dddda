import queue
import threading

tasks, results = queue.Queue(), []
lock = threading.Lock()


def worker():
    while (n := tasks.get()) is not None:
        with lock:
            results.append(n * n)
        tasks.task_done()
    tasks.task_done()


threads = [threading.Thread(target=worker, name=f"w{i}") for i in range(4)]
for t in threads:
    t.start()
for n in range(50):
    tasks.put(n)
for _ in threads:
    tasks.put(None)
tasks.join()
for t in threads:
    t.join()
print(sorted(results), threading.active_count(), threading.current_thread().name)
