def load(key):
    try:
        return {}[key]
    except KeyError as error:
        raise RuntimeError(f"no setting {key!r}") from error


load("colour")
