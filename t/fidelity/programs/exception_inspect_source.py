import inspect


def documented(a, *, b: int = 3) -> str:
    """Do nothing.

    Twice.
    """
    return f"{a}{b}"


class Holder:
    method = documented


print(inspect.getsource(documented))
print(inspect.signature(documented), inspect.getdoc(documented))
print(inspect.getsourcelines(Holder), inspect.getmodule(documented).__name__)
print(inspect.getsourcefile(documented).rpartition("/")[2])
print(inspect.currentframe().f_lineno, [f.function for f in inspect.stack()])
