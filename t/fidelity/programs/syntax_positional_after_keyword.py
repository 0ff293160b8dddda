print(sep="", "text")
