print(type(__loader__).__name__, __loader__.name)
print(__loader__.get_source("__main__") == open(__file__).read())
