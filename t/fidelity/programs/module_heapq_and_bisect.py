import bisect
import heapq

scores = [33, 99, 77, 70, 89, 90, 100]
print([("FDCBA")[bisect.bisect([60, 70, 80, 90], s)] for s in scores])
names = []
for name in ["maria", "jo", "alexandra", "bo"]:
    bisect.insort(names, name, key=len)
print(names, heapq.nlargest(3, scores), heapq.nsmallest(2, scores, key=lambda s: -s))
print(list(heapq.merge([1, 4, 7], [2, 5], [3, 6])))
heap = scores[:]
heapq.heapify(heap)
print([heapq.heappop(heap) for _ in range(len(heap))])
heapq.heappop(heap)
