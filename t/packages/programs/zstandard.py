# python3-zstandard python3-lz4 python3-snappy
import lz4.frame
import snappy
import zstandard

data = b"pyexec " * 1000
packed = zstandard.ZstdCompressor(level=5).compress(data)
print(len(packed) < 100, zstandard.ZstdDecompressor().decompress(packed)
      == data)
print(lz4.frame.decompress(lz4.frame.compress(data)) == data)
print(snappy.uncompress(snappy.compress(data)) == data)
