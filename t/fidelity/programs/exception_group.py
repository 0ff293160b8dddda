def check(n):
    if n % 2:
        raise ValueError(f"odd: {n}")
    raise TypeError(f"even: {n}")


errors = []
for n in range(4):
    try:
        check(n)
    except Exception as error:
        errors.append(error)
try:
    raise ExceptionGroup("checks", errors[:2])
except* TypeError as group:
    print("types", group.exceptions)
except* ValueError as group:
    print("values", group.exceptions)
raise ExceptionGroup("all", [*errors, ExceptionGroup("nested", [KeyError("k")])])
