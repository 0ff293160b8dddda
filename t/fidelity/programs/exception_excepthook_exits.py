import sys

sys.excepthook = lambda *info: sys.exit(33)
raise KeyError("original")
