print("never")
def f():
print("not indented")
