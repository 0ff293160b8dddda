import string

shift = 13
table = str.maketrans(
    string.ascii_lowercase + string.ascii_uppercase,
    string.ascii_lowercase[shift:] + string.ascii_lowercase[:shift]
    + string.ascii_uppercase[shift:] + string.ascii_uppercase[:shift])
line = input("Message: ")
print(line.translate(table))
print(line.translate(table).translate(table) == line)
print(line.encode("rot13") if False else line[::-1].title())
