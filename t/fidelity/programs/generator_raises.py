def broken():
    yield 1
    raise StopIteration("inside")


for value in broken():
    print(value)
