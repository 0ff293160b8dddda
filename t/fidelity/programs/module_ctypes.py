import ctypes
import gc
import weakref

libc = ctypes.CDLL(None)
libc.strlen.restype = ctypes.c_size_t
print(libc.strlen(b"hello"), ctypes.sizeof(ctypes.c_long), libc.abs(-5))
array = (ctypes.c_int * 3)(1, 2, 3)
print(list(array), ctypes.string_at(b"abc", 2))


class Thing:
    pass


thing = Thing()
weakref.finalize(thing, print, "finalized")
ref = weakref.ref(thing)
thing.self = thing
del thing
print(gc.collect() >= 1, ref(), gc.isenabled(), gc.get_threshold())
