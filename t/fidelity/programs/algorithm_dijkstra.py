import heapq

graph = {
    "A": {"B": 7, "C": 9, "F": 14},
    "B": {"A": 7, "C": 10, "D": 15},
    "C": {"A": 9, "B": 10, "D": 11, "F": 2},
    "D": {"B": 15, "C": 11, "E": 6},
    "E": {"D": 6, "F": 9},
    "F": {"A": 14, "C": 2, "E": 9},
}


def dijkstra(start):
    dist = {node: float("inf") for node in graph}
    dist[start] = 0
    before = {}
    queue = [(0, start)]
    while queue:
        d, node = heapq.heappop(queue)
        if d > dist[node]:
            continue
        for other, weight in graph[node].items():
            if d + weight < dist[other]:
                dist[other] = d + weight
                before[other] = node
                heapq.heappush(queue, (dist[other], other))
    return dist, before


dist, before = dijkstra("A")
path = ["E"]
while path[-1] in before:
    path.append(before[path[-1]])
print(dist)
print(" -> ".join(reversed(path)))
