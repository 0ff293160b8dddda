"""The docstring of the program."""
print(sorted(globals()))
print(__name__, __doc__, type(__builtins__).__name__, __builtins__.__name__)
print(__package__, __spec__, __cached__, __file__.rpartition("/")[2])
print(__annotations__)
