import textwrap

text = """\
    The hallmarks of a good program are     that it says what it does,
    does what it says, and can be read by the one who has to mend it.
"""
print(textwrap.fill(textwrap.dedent(text), width=30,
                    initial_indent="* ", subsequent_indent="  "))
print(textwrap.shorten(text, width=40, placeholder=" [...]"))
print(textwrap.indent("a\n\nb\n", "> ", lambda line: True))
