import builtins

print(exit, quit, hasattr(builtins, "copyright"))
try:
    quit(4)
except SystemExit as error:
    print("quit", error.code)
print(2)
exit("closing")
