# python3-cffi-backend python3-cffi
from cffi import FFI

ffi = FFI()
ffi.cdef("size_t strlen(const char *); int abs(int);"
         "struct point { int x, y; };")
lib = ffi.dlopen(None)
print(lib.strlen(b"hello"), lib.abs(-4))
point = ffi.new("struct point *", {"x": 1, "y": 2})
print(point.x + point.y, ffi.sizeof("struct point"))
callback = ffi.callback("int(int)", lambda x: x + 1)
print(callback(41))
