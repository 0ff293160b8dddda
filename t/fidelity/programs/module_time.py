import time

start = time.perf_counter()
time.sleep(0.05)
elapsed = time.perf_counter() - start
print(0.05 <= elapsed < 5, time.time() > 1.6e9, time.monotonic() > 0)
print(time.gmtime(0), time.strftime("%Y-%m-%d", time.gmtime(86400 * 365)))
print(time.process_time() < 5, time.thread_time() < 5, time.get_clock_info("time").adjustable)
print(time.mktime(time.strptime("2000-01-01", "%Y-%m-%d")))
time.sleep(-1)
