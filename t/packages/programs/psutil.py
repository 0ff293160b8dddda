# python3-psutil
import os

import psutil

me = psutil.Process()
print(me.pid == os.getpid(), me.is_running(), me.memory_info().rss > 1 << 20)
print(me.num_threads(), me.cpu_times().user >= 0, me.status())
print(me.pid in psutil.pids(), psutil.pid_exists(me.pid))
print(os.path.basename(me.exe())[:7], me.cwd() == os.getcwd())
print(psutil.cpu_count() >= 1, psutil.disk_usage("/").total >= 0)
