# python3-simplejson
from decimal import Decimal

import simplejson

print(simplejson.dumps({"a": Decimal("1.10"), "b": [1, None]}, indent=1))
print(simplejson.loads("[1.10]", use_decimal=True))
try:
    simplejson.loads("{")
except simplejson.JSONDecodeError as error:
    print(error)
