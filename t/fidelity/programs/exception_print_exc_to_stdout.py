import sys
import traceback


def f():
    raise ValueError("shown on stdout")


try:
    f()
except ValueError:
    traceback.print_exc(file=sys.stdout)
    sys.excepthook(*sys.exc_info())
    sys.__excepthook__(*sys.exc_info())
