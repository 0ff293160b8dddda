# python3-bitarray
from bitarray import bitarray, util

bits = bitarray("1101000")
bits.extend("11")
print(bits, bits.count(), bits.tobytes(), util.ba2int(bits))
print((bits & bitarray("100000001")).to01(), bits.search(bitarray("10")))
