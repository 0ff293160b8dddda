from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
import io


class Door:
    def __enter__(self):
        print("open")
        return self

    def __exit__(self, kind, value, tb):
        print("close", kind and kind.__name__, value)
        return kind is KeyError


@contextmanager
def tag(name):
    print(f"<{name}>")
    try:
        yield
    finally:
        print(f"</{name}>")


with Door(), tag("p"), suppress(IndexError):
    [][1]
with Door():
    {}["missing"]
with ExitStack() as stack:
    stack.callback(print, "last")
    stack.enter_context(tag("div"))
buffer = io.StringIO()
with redirect_stdout(buffer):
    print("captured")
print(repr(buffer.getvalue()))
with tag("broken"), Door():
    raise OSError(2, "nothing", "file.txt")
