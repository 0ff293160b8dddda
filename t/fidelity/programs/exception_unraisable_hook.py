import sys
import threading

sys.unraisablehook = lambda args: print("unraisable", args.exc_value, args.err_msg)
threading.excepthook = lambda args: print("thread hook", args.exc_type.__name__)


class Fragile:
    def __del__(self):
        1 / 0


Fragile()
t = threading.Thread(target=lambda: [][0])
t.start()
t.join()
