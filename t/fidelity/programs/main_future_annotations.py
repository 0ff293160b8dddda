from __future__ import annotations, division

def f(x: undefined_on_purpose) -> Nothing: pass
print(f.__annotations__, 1 / 2, eval("3 / 4"))
exec("def g(y: also_undefined): pass\nprint(g.__annotations__)")
