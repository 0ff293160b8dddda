# python3-msgpack
import msgpack

packed = msgpack.packb({"a": [1, 2.5, None, b"x", "ü"]})
print(packed, msgpack.unpackb(packed))
unpacker = msgpack.Unpacker()
unpacker.feed(packed * 3)
print(len(list(unpacker)))
