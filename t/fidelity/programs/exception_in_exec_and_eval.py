import traceback

source = "def inner():\n    return 1 / 0\n\ninner()\n"
try:
    exec(source)
except ZeroDivisionError:
    traceback.print_exc()
try:
    exec(compile(source, "generated.py", "exec"), {"__name__": "generated"})
except ZeroDivisionError:
    traceback.print_exc()
try:
    eval("1 +")
except SyntaxError:
    traceback.print_exc()
eval("undefined + 1")
