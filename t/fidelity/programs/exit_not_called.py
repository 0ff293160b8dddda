print("fell off the end")
