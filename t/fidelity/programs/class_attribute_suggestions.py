class Config:
    timeout_seconds = 5


colour = "red"
for expression in ("Config.timeout_second", "color", "''.uper()", "undefined_thing"):
    try:
        eval(expression)
    except (AttributeError, NameError) as error:
        print(error)
print(colr if False else colour)
Config().timeout_secnds
