# python3-nacl
from nacl import encoding, hash, public, secret, signing

box = secret.SecretBox(bytes(32))
print(box.encrypt(b"text", bytes(24)).hex(), hash.sha256(b"x")[:16])
key = signing.SigningKey(bytes(32))
print(key.sign(b"m", encoder=encoding.HexEncoder).signature[:32])
alice, bob = public.PrivateKey.generate(), public.PrivateKey.generate()
sent = public.Box(alice, bob.public_key).encrypt(b"hi")
print(public.Box(bob, alice.public_key).decrypt(sent))
