import atexit
import weakref


class Connection:
    pass


connection = Connection()
weakref.finalize(connection, print, "finalizer at exit")
other = weakref.finalize(Connection, print, "never: not at exit")
other.atexit = False
atexit.register(print, "atexit after it was registered")
print("end")
