print("Continue? ", end="")
print("yes", "no", sep="/", end="")
