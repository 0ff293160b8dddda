# python3-networkx
import networkx as nx

graph = nx.karate_club_graph()
print(graph.number_of_nodes(), graph.number_of_edges())
print(nx.shortest_path(graph, 0, 33), nx.diameter(graph))
print(round(nx.average_clustering(graph), 6))
ranks = nx.pagerank(graph)
print(max(ranks, key=ranks.get), round(max(ranks.values()), 4))
tree = nx.minimum_spanning_tree(nx.complete_graph(5))
print(sorted(tree.edges()))
flow = nx.DiGraph()
flow.add_edge("a", "b", capacity=3)
flow.add_edge("b", "c", capacity=2)
print(nx.maximum_flow_value(flow, "a", "c"))
