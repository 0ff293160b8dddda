data = {"users": [{"name": "ann", "age": None}]}


def oldest():
    return (data["users"][0]["age"]
            + 1
            + data["users"][1]["age"])


try:
    oldest()
except TypeError:
    import traceback
    traceback.print_exc()

print(data["users"][0]["age"] + data["users"][0]["name"]["first"].title(), 1 +
      len(data))
