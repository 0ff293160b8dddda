import json
import math
import os
import random

math.pi = 3
json.dumps = lambda value: "patched"
os.environ.clear()
random.seed(1)
del random.random
print(math.pi, json.dumps({}), len(os.environ))
os.getcwd = None
math.tau.x = 1
