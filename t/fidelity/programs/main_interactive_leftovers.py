print(_ if "_" in globals() else "no underscore")
breakpoint() if False else None
print(copyright.__class__.__name__, credits.__class__.__name__, license.__class__.__name__, help)
