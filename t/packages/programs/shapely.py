# python3-shapely
from shapely import wkt
from shapely.geometry import LineString, Point, Polygon
from shapely.ops import unary_union

square = Polygon([(0, 0), (2, 0), (2, 2), (0, 2)])
circle = Point(2, 2).buffer(1)
print(round(square.union(circle).area, 6), square.contains(Point(1, 1)))
print(square.intersection(LineString([(-1, 1), (3, 1)])).wkt)
print(round(unary_union([square, circle]).length, 6))
print(wkt.loads("POINT (1 2)").distance(Point(4, 6)))
