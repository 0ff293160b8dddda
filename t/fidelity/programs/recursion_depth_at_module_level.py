import sys

frame, n = sys._getframe(), 0
while frame:
    n += 1
    print(n, frame.f_code.co_name, frame.f_lineno, frame.f_globals is globals())
    frame = frame.f_back
