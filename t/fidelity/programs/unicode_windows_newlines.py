print("the file has windows newlines")
text = """a
b"""
print(repr(text), """x\
y""")
raise ValueError("line 6")
