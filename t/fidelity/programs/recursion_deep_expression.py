print(eval("+".join(["1"] * 500)))
print(len("(" * 50 + ")" * 50))
try:
    eval("(" * 300 + ")" * 300)
except (SyntaxError, MemoryError) as error:
    print(type(error).__name__, error)
