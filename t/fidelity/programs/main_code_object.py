def f(a, b=1, *args, c, **kw):
    x = [i for i in args]
    return lambda: x


import sys
code = f.__code__
print(code.co_name, code.co_qualname, code.co_varnames, code.co_firstlineno, code.co_flags)
print(code.co_filename.rpartition("/")[2], f.__module__, f.__qualname__, f.__defaults__)
top = sys._getframe()
print(top.f_code.co_name, top.f_lineno, top.f_code.co_firstlineno, top.f_back, top.f_builtins is vars(__builtins__))
print(f.__globals__ is globals(), f.__builtins__ is vars(__builtins__))
