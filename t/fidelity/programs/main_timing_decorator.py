import functools
import time


def timed(function):
    @functools.wraps(function)
    def wrapper(*args):
        start = time.perf_counter()
        try:
            return function(*args)
        finally:
            print(f"{function.__name__} took {'long' if time.perf_counter() - start > 5 else 'little'}")
    return wrapper


@timed
def fib(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


print(fib(90))
fib("x")
