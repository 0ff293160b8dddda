


print("after blank lines")

def f():
	if True:
	        return "tab then spaces"


print(f())
