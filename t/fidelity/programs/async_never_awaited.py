async def hello():
    return 1


hello()
print("done")
