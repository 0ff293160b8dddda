try:
    error = ValueError("disk is full")
    error.add_note("while saving report.txt")
    error.add_note("multi\nline note é")
    raise error
except ValueError as error:
    print(error.__notes__)
    raise
