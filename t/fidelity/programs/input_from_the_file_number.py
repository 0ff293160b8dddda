with open(0, encoding="utf-8") as source:
    for line in source:
        print(line.rstrip().split("|"))
