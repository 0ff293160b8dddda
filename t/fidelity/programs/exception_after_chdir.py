import inspect
import os
import traceback
import warnings


def f(x):
    return 1 / x


class C:
    def __del__(self):
        f(0)


os.chdir("/")
print(inspect.getsource(f), inspect.getsourcelines(C)[1])
warnings.warn("a line is shown")

try:
    f(0)
except ZeroDivisionError:
    traceback.print_exc()

C()
kept = C()
exec("f(0)")
