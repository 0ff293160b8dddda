try:
    import math.nothing
except ImportError as error:
    print(type(error).__name__, error)
try:
    from math import cubed
except ImportError as error:
    print(type(error).__name__, error.name)
import json.nowhere
