print(f"value: {name")
