"""What each python3 that a program starts imports before anything else.

A run's /proc has its processes and nothing of the machine.  psutil, which many
packages import, needs some of that: it is given what a run may know.  Runs
themselves get it from the zygote.
"""

import sys

FILES = {}


class Finder:
    """Finds nothing; psutil's reader is imported when its C part is."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == 'psutil._psutil_linux':
            common = sys.modules.get('psutil._common')
            if common is not None:
                common.open = read
        return None


def read(path, mode='r', *args, **kwargs):
    import io
    text = FILES.get(path)
    if text is None:
        return io.open(path, mode, *args, **kwargs)
    return io.BytesIO(text.encode()) if 'b' in mode else io.StringIO(text)


sys.meta_path.insert(0, Finder)
