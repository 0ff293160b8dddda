def f():
    try:
        f()
    finally:
        g()


def g():
    pass


try:
    f()
except RecursionError as error:
    print(type(error).__name__, error.args)
