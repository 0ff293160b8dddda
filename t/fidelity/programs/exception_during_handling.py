try:
    int("twelve")
except ValueError:
    undefined_name
