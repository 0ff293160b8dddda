import sys
import traceback


def fail(value):
    local = value * 2
    raise ValueError(local)


try:
    fail("x")
except ValueError as error:
    print(traceback.format_exc())
    print(traceback.extract_tb(error.__traceback__))
    print(traceback.format_exception_only(error))
    for frame, lineno in traceback.walk_tb(error.__traceback__):
        print(frame.f_code.co_name, lineno, frame.f_code.co_filename.rpartition("/")[2])
traceback.print_stack(file=sys.stdout)
print("".join(traceback.format_list(traceback.extract_stack())))
