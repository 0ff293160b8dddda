import sys

main = sys.modules["__main__"]
value = 5
print(main.value, main.__dict__ is globals(), __import__("__main__") is main, main.__name__)
main.added = "from outside"
print(added, type(main).__name__)
import __main__
print(__main__ is main, hasattr(__main__, "__file__"), repr(main).partition(" from ")[0])
del value
main.value
