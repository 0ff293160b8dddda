import ctypes

libc = ctypes.CDLL(None)
values = (ctypes.c_int * 5)(5, 1, 4, 2, 3)
COMPARE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int),
                           ctypes.POINTER(ctypes.c_int))
libc.qsort(values, 5, ctypes.sizeof(ctypes.c_int),
           COMPARE(lambda a, b: a[0] - b[0]))
print(list(values))
