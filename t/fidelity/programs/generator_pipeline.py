def numbers(limit):
    try:
        n = 0
        while n < limit:
            got = yield n
            n = got if got is not None else n + 1
    finally:
        print("numbers closed")


def squares(source):
    for n in source:
        yield n * n


g = numbers(100)
print(next(g), g.send(50), next(g))
g.close()
print(sum(squares(numbers(10))))


def outer():
    result = yield from inner()
    print("inner returned", result)


def inner():
    try:
        yield 1
    except ValueError as error:
        yield f"caught {error}"
    return "done"


o = outer()
print(next(o), o.throw(ValueError("thrown")), list(o))
print(list(x for x in "abc" if x != "b"), (n for n in ()).__name__)
