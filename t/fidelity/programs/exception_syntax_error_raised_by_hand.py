error = SyntaxError("made up", ("config.ini", 3, 5, "  key = = value\n", 3, 8))
try:
    raise error
except SyntaxError as caught:
    print(caught, caught.args)
raise SyntaxError("only a message")
