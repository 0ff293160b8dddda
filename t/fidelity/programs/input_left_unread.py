print("does not care for its input")
