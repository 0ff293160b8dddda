import sys
import traceback


class C:
    def __del__(self):
        print(sys.meta_path)

        try:
            raise ZeroDivisionError("printed")
        except ZeroDivisionError:
            traceback.print_exc(file=sys.stdout)

        2 / 0


kept = C()
