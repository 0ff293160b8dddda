# python3-psutil
import psutil

print(psutil.virtual_memory().total > 1 << 20, psutil.swap_memory().percent)
print(len(psutil.cpu_times()) > 3, psutil.boot_time() > 1e9)
print(psutil.Process().create_time() > psutil.boot_time() - 1)
print(psutil.Process().username() != "")
