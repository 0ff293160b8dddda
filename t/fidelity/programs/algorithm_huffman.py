import heapq
from collections import Counter

text = "this is an example for huffman encoding"
heap = [[count, [char, ""]] for char, count in sorted(Counter(text).items())]
heapq.heapify(heap)
while len(heap) > 1:
    lo = heapq.heappop(heap)
    hi = heapq.heappop(heap)
    for pair in lo[1:]:
        pair[1] = "0" + pair[1]
    for pair in hi[1:]:
        pair[1] = "1" + pair[1]
    heapq.heappush(heap, [lo[0] + hi[0]] + lo[1:] + hi[1:])
codes = dict(sorted(heap[0][1:], key=lambda p: (len(p[1]), p)))
for char, code in codes.items():
    print(f"{char!r:>5} {code}")
print(sum(len(codes[c]) for c in text), "bits")
