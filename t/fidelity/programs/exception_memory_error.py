try:
    x = "a" * (1 << 62)
except MemoryError as error:
    print(repr(error))
print([None] * (1 << 61))
