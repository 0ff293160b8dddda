import os

print(os.path.isabs(__file__), os.path.basename(__file__))
print(os.path.dirname(__file__) == os.getcwd(), os.path.isfile("main.py"))

with open(__file__, encoding="utf-8") as own:
    print(len(own.readlines()))

if "again" not in globals():
    again = True
    exec(compile(open(__file__).read(), __file__, "exec"))
