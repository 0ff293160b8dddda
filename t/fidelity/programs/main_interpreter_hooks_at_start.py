import sys
import threading

print(sys.excepthook is sys.__excepthook__, sys.displayhook is sys.__displayhook__)
print(sys.gettrace(), sys.getprofile(), threading.gettrace(), sys.unraisablehook is sys.__unraisablehook__)
print(sys.breakpointhook is sys.__breakpointhook__, hasattr(sys, "last_type"), hasattr(sys, "ps1"))
print([t.name for t in threading.enumerate()], threading.stack_size(), sys.get_asyncgen_hooks())
print(sys.flags.optimize, sys.flags.interactive, sys.flags.dev_mode, sys.flags.debug, sys.flags.verbose)
print(__debug__, sys.flags.bytes_warning, sys.flags.inspect, sys._xoptions, sys.flags.hash_randomization)
