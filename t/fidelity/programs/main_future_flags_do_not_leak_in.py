def f(x: undefined_on_purpose = 1): pass
