"""The Python part of a zygote: what is simpler to say in Python than in C.

Usage: python3 -I -B zygote.py serve|check strict|lenient ALLOW MODULE...

"serve" imports the modules, then serves the worker at the other end of the
control socket, descriptor 3.  A module that cannot be imported ends a strict
zygote; a lenient one goes on without it.  ALLOW names, with commas between
them, the modules that programs may import; "*" stands for any.

"check" says "ok", or what is in the way of a zygote with this interpreter.
"""

# The names that this interpreter gives a main program before its first line.
MAIN_NAMES = dict(globals())

import builtins
import gc
import importlib
import importlib.machinery
import importlib.util
import io
import linecache
import os
import sys
import threading
import traceback
import types


MAIN = 'main.py'
CONTROL = 3

# A numeric library that starts threads when it is imported would leave them
# behind, and its locks with them, in every fork.
THREADS = ('MKL_NUM_THREADS', 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS')

# Their import is what they are for: a program's, not a preload's.
PROGRAMS = ('antigravity', 'this')


def load_extension():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        'pyexec_zygote.abi3.so')
    loader = importlib.machinery.ExtensionFileLoader('pyexec_zygote', path)
    spec = importlib.util.spec_from_loader('pyexec_zygote', loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def preload(names, strict):
    for name in names:
        if name in PROGRAMS and not strict:
            continue
        try:
            importlib.import_module(name)
        except Exception as error:
            if strict or not isinstance(error, ModuleNotFoundError):
                print(f'cannot import "{name}":'
                      f' {type(error).__name__}: {error}',
                      file=sys.stderr, flush=True)
            if strict:
                sys.exit(1)


def prepare():
    """Make a new __main__; undo what a fork must not share.

    Called in every child, before its program is known.
    """
    numpy_random = sys.modules.get('numpy.random')
    if numpy_random is not None:
        numpy_random.seed()

    main = types.ModuleType('__main__')
    names = dict(MAIN_NAMES, __name__='__main__', __doc__=None,
                 __builtins__=builtins, __file__=MAIN,
                 __loader__=importlib.machinery.SourceFileLoader('__main__',
                                                                 MAIN))
    if '__annotations__' in names:
        names['__annotations__'] = {}
    main.__dict__.update(names)
    return main


def enter(code, args):
    """Make the interpreter that of "python3 main.py ARGS"."""
    sys.argv[:] = [MAIN, *args]
    if sys.version_info >= (3, 10):
        sys.orig_argv[:] = ['python3', MAIN, *args]

    # Tracebacks show source lines, and there is no file to read them from.
    # Without a time of modification, linecache takes the entry as it is.
    linecache.cache[MAIN] = (len(code), None, source_lines(code), MAIN)


def source_lines(code):
    lines = io.StringIO(code).readlines()
    if lines and not lines[-1].endswith('\n'):
        lines[-1] += '\n'
    return lines


# Up to 3.12, CPython prints uncaught exceptions in C and reads source lines
# from the file itself.  These print the same by way of linecache.

def excepthook(exc_type, value, tb, /):
    traceback.print_exception(exc_type, value, tb)


def thread_excepthook(args, /):
    if args.exc_type is SystemExit:
        return
    stderr = sys.stderr
    if stderr is None:
        stderr = getattr(args.thread, '_stderr', None)
        if stderr is None:
            return
    name = threading.get_ident() if args.thread is None else args.thread.name
    stderr.write(f'Exception in thread {name}:\n')
    traceback.print_exception(args.exc_type, args.exc_value,
                              args.exc_traceback, file=stderr)
    stderr.flush()


def unraisablehook(unraisable, /):
    stderr = sys.stderr
    if stderr is None:
        return
    if unraisable.object is not None:
        try:
            what = repr(unraisable.object)
        except Exception:
            what = '<object repr() failed>'
        message = unraisable.err_msg or 'Exception ignored in'
        stderr.write(f'{message}: {what}\n')
    elif unraisable.err_msg:
        stderr.write(f'{unraisable.err_msg}:\n')
    if unraisable.exc_traceback is not None:
        stderr.write('Traceback (most recent call last):\n')
        traceback.print_tb(unraisable.exc_traceback, file=stderr)
    if unraisable.exc_type is not None:
        stderr.write(''.join(traceback.format_exception_only(
            unraisable.exc_type, unraisable.exc_value)))
    stderr.flush()


def install_hooks():
    sys.excepthook = sys.__excepthook__ = excepthook
    sys.unraisablehook = sys.__unraisablehook__ = unraisablehook
    threading.excepthook = thread_excepthook
    threading.__excepthook__ = thread_excepthook


def guard(extension, allow):
    """Hold programs to the policy while they run."""
    def directories(*files):
        return tuple({os.path.join(os.path.dirname(os.path.abspath(file)), '')
                      for file in files})

    path = [os.path.join(entry, '') for entry in sys.path if entry]
    extension.guard(None if allow == '*' else frozenset(allow.split(',')),
                    ('<frozen ', *path, *directories(os.__file__, __file__)),
                    ('<frozen importlib', *directories(importlib.__file__)),
                    False)


def check(names, strict):
    if sys.implementation.name != 'cpython' or sys.version_info < (3, 9):
        return 'CPython 3.9 or newer is needed'
    load_extension()
    if strict:
        for name in names:
            if importlib.util.find_spec(name.partition('.')[0]) is None:
                return f'there is no module "{name}"'
    return 'ok'


def serve(names, strict, allow):
    extension = load_extension()
    extension.supervise(CONTROL)

    os.umask(0o022)
    os.environ.update(dict.fromkeys(THREADS, '1'))
    preload(names, strict)
    for name in THREADS:
        del os.environ[name]

    if sys.version_info < (3, 13):
        install_hooks()
    guard(extension, allow)

    gc.collect()
    gc.freeze()
    extension.serve(CONTROL, prepare, enter)


def main():
    mode, strict, allow, *names = sys.argv[1:]
    if mode == 'check':
        print(check(names, strict == 'strict'))
    else:
        serve(names, strict == 'strict', allow)


if __name__ == '__main__':
    main()
