import os
import sys

print("parent before fork")
sys.stdout.flush()
pid = os.fork()
if pid == 0:
    print("child")
    sys.exit(6)
_, status = os.waitpid(pid, 0)
print("child ended with", os.waitstatus_to_exitcode(status))
try:
    os.waitpid(-1, 0)
except ChildProcessError as error:
    print(error)
