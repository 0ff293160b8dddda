from string import Template, Formatter, ascii_letters, capwords

print(Template("$who owes ${amount} \\$$ for $what").safe_substitute(
    who="Ann", amount=12.5))
print(list(Formatter().parse("{0!r:>{width}} {name.attr[0]}")))
print(capwords("hello wide  world"), ascii_letters)
print("{:*^20}|{:+.3e}|{:#x}|{:_}|{:%}".format("mid", 12345.678, 255, 10**9, .125))
print("%-10s|%05d|%x|%r|%%" % ("left", 42, 255, "q'uote"))
print(Template("$missing").substitute())
