import uuid

print(uuid.uuid5(uuid.NAMESPACE_DNS, "example.org"), uuid.uuid3(uuid.NAMESPACE_URL, "x"))
u = uuid.UUID("12345678123456781234567812345678")
print(repr(u), u.int, u.hex, u.urn, u.version, u.bytes)
one, two = uuid.uuid4(), uuid.uuid4()
print(one != two, one.version, len(str(one)))
uuid.UUID("not-a-uuid")
