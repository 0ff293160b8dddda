# python3-cryptography
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

box = Fernet(Fernet.generate_key())
print(box.decrypt(box.encrypt(b"secret")))
try:
    box.decrypt(b"none of it")
except InvalidToken as error:
    print(type(error).__name__)
print(PBKDF2HMAC(hashes.SHA256(), 16, b"salt", 1000).derive(b"key").hex())
print(AESGCM(bytes(16)).encrypt(bytes(12), b"text", b"").hex())
key = rsa.generate_private_key(65537, 2048)
signature = key.sign(b"x", padding.PKCS1v15(), hashes.SHA256())
key.public_key().verify(signature, b"x", padding.PKCS1v15(), hashes.SHA256())
curve = ec.generate_private_key(ec.SECP256R1())
shared = curve.exchange(ec.ECDH(), curve.public_key())
print(len(signature), len(shared), key.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption()).splitlines()[0])
