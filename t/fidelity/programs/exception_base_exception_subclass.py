class Abort(BaseException):
    pass


try:
    raise Abort("not an Exception")
except Exception:
    print("never")
finally:
    print("finally")
