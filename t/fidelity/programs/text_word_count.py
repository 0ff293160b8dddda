import re
import sys
from collections import Counter

words = re.findall(r"\w+", sys.stdin.read().lower())
for word, count in sorted(Counter(words).items(), key=lambda p: (-p[1], p[0])):
    print(f"{count:4d} {word}")
