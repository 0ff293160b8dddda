for thing in ("string", 5, None, int, ValueError):
    try:
        raise thing
    except BaseException as error:
        print(type(error).__name__, error)
raise "a string"
