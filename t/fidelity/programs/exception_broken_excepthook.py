import sys


def hook(kind, value, tb):
    raise TypeError("hook is broken")


sys.excepthook = hook
raise KeyError("original")
