import hashlib

data = "The quick brown fox".encode()
for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b"):
    print(name, hashlib.new(name, data).hexdigest())
h = hashlib.sha256()
for i in range(1000):
    h.update(bytes([i % 256]))
print(h.hexdigest(), h.digest_size, h.block_size, sorted(hashlib.algorithms_guaranteed))
print(hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 1000).hex())
print(hashlib.scrypt(b"p", salt=b"s", n=16, r=1, p=1).hex())
