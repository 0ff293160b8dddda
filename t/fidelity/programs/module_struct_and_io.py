import io
import struct

packed = struct.pack("<IhB4sd", 1, -2, 255, b"abcd", 0.5)
print(packed, packed.hex(), struct.unpack("<IhB4sd", packed), struct.calcsize("@lq"))
text = io.TextIOWrapper(io.BytesIO("é\r\nb\rc".encode()), newline=None)
print(text.readlines(), io.BytesIO(b"abc").read(2), io.DEFAULT_BUFFER_SIZE)
struct.unpack("<I", b"abc")
