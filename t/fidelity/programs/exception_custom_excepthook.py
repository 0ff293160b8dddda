import sys


def hook(kind, value, tb):
    print("hook:", kind.__name__, value, "line", tb.tb_lineno)
    print(tb.tb_frame.f_code.co_name, tb.tb_next, file=sys.stderr)


sys.excepthook = hook
raise KeyError("to the hook")
