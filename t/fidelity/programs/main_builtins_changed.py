import builtins

builtins.answer = 42
print(answer)
real_print = print
builtins.print = lambda *args: real_print("patched", *args)
print("hello")
del builtins.len
len("x")
