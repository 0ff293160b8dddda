import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

local = threading.local()


def work(n):
    local.n = n
    if n == 3:
        raise ValueError("three")
    return local.n * 10


with ThreadPoolExecutor(max_workers=3) as pool:
    print(list(pool.map(str, range(5))))
    futures = {pool.submit(work, n): n for n in range(5)}
    for n, future in sorted((futures[f], f) for f in as_completed(futures)):
        print(n, future.exception() or future.result())
print(hasattr(local, "n"), threading.main_thread() is threading.current_thread())
