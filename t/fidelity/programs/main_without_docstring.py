print(__doc__, globals() is vars(), locals() is globals())
print(dir())
