def a(n):
    if n == 0:
        raise ValueError("bottom")
    a(n - 1)


def b(n):
    if n == 0:
        a(20)
    c(n - 1)


def c(n):
    b(n)


b(10)
