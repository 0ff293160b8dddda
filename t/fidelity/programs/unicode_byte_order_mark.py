print("after a byte order mark")
raise ValueError("and the column is right" + 1)
