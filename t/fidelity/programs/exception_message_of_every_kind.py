import traceback


class Silent(Exception):
    def __str__(self):
        raise RuntimeError("no message")


class Multi(Exception):
    def __str__(self):
        return "first line\nsecond line\n"


class Outer:
    class Inner(Exception):
        pass


for error in (Silent(), Multi(), Outer.Inner("nested name"), Exception(), Exception(""),
              Exception("a", 1), OSError(13, "Permission denied", "file"), KeyError("k\n"),
              StopIteration(3), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")):
    try:
        raise error
    except Exception:
        traceback.print_exc()
raise Silent()
