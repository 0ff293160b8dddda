import faulthandler
import sys

print(faulthandler.is_enabled())


def deep():
    faulthandler.dump_traceback()


deep()
sys.stderr.flush()
