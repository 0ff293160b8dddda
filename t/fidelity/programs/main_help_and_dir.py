def area(width, height=1):
    """Return the area of a rectangle."""
    return width * height


help(area)
print([name for name in dir(area) if not name.startswith("_")])
