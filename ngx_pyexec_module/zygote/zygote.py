"""The Python part of a zygote: what is simpler to say in Python than in C.

Usage: python3 -IB[S] zygote.py serve|check NAME=VALUE... -- MODULE...

"serve" imports the modules, then serves the worker at the other end of the
control socket, descriptor 3.

"check" says "ok TOKEN " and the heavy ones of the modules, those that are
there and no part of Python, at its very end; or it says what is in the way of
such a zygote with this interpreter.  Until it is the user that it checks for
it runs nothing that a site adds.

    token=WORD                what a check proves its success with
    user=UID:GID|-            to check for; "-" for the one it is
    preload=strict|lenient    whether a module must be there to be imported
    allow=NAME,...|*          the modules that programs may import
    isolation=full|process|off
    network=on|off
    memory=BYTES
    processes=NUMBER          with threads
    scratch=BYTES             0 for none
    cgroup=PATH               a delegated one, or empty
    hide=PATH                 no run may see it; any number of them
    show=PATH                 every run may read it; any number of them
    entry=NUMBER|-            a descriptor that lets this process into it
"""

# The names that this interpreter gives a main program before its first line.
MAIN_NAMES = dict(globals())

import builtins
import functools
import gc
import importlib
import importlib.machinery
import importlib.util
import os
import pwd
import signal
import site
import sys
import types


MAIN = 'main.py'
CONTROL = 3

# Where a program lies that has a scratch space.
SCRIPT = '/script'
SCRATCH = '/scratch'

# A numeric library that starts threads when it is imported would leave them
# behind, and its locks with them, in every fork.
THREADS = ('MKL_NUM_THREADS', 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS')

# Where the machine has no such user.
NOBODY = 65534

# Their import is what they are for: a program's, not a preload's.
PROGRAMS = ('antigravity', 'this')

# What nearly every program that imports a package imports of it.  matplotlib
# needs a directory to write to for that, which runs may not have.
PARTS = {'matplotlib': 'matplotlib.pyplot'}

# Of modules in C.
SUFFIXES = tuple(importlib.machinery.EXTENSION_SUFFIXES)

# An import takes no longer, seconds, or it is not waited for.
PATIENCE = 60

# Where modules look for one.
HOMES = ('HOME', 'TMPDIR')


def path_of(file):
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), file)


def load(name, loader, file):
    """Import a part of the zygote that no program is to find."""
    spec = importlib.util.spec_from_loader(name, loader(name, path_of(file)))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_extension():
    return load('pyexec_zygote', importlib.machinery.ExtensionFileLoader,
                'pyexec_zygote.abi3.so')


def load_isolation():
    return load('pyexec_isolation', importlib.machinery.SourceFileLoader,
                'isolation.py')


def read_rewrite():
    """Its text: few runs need it, and all would pay for it in memory."""
    with open(path_of('rewrite.py'), 'rb') as file:
        return file.read()


def preload(names, strict):
    for name in names:
        if name in PROGRAMS and not strict:
            continue
        try:
            import_with_part(name)
        except Exception as error:
            if strict or not isinstance(error, ModuleNotFoundError):
                print(f'cannot import "{name}":'
                      f' {type(error).__name__}: {error}',
                      file=sys.stderr, flush=True)
            if strict:
                sys.exit(1)


def import_with_part(name):
    importlib.import_module(name)
    if name in PARTS:
        importlib.import_module(PARTS[name])


def preload_at_home(names, options):
    """Some modules write to files when they are imported: let them.

    Nothing of it is left afterwards.  A program that has a scratch space finds
    a home there.
    """
    home = directory(options)
    # A start that is killed leaves it: it is made for those that need it.
    made = home is None and any(name in PARTS for name in names)
    if made:
        home = os.path.join('/tmp', f'pyexec-{os.urandom(8).hex()}')
        try:
            os.mkdir(home, 0o700)
        except OSError:
            home, made = None, False
    if home is not None:
        os.environ.update(dict.fromkeys(HOMES, home))

    preload(names, options['preload'] == 'strict')
    room = room_for(left_out(options))

    if home is not None:
        empty(home)
    if made:
        os.rmdir(home)
    for name in HOMES:
        os.environ.pop(name, None)
    if options['scratch'] != '0':
        os.environ.update(dict.fromkeys(HOMES, SCRATCH))
    tempfile = sys.modules.get('tempfile')
    if tempfile is not None:
        tempfile.tempdir = None
    return room


def left_out(options):
    """The packages that programs may import and a list has left out.

    Without a list there are none: what imports one of them runs elsewhere.
    """
    if options['preload'] != 'strict' or options['allow'] == '*':
        return []
    return [name for name in options['allow'].split(',')
            if name and name not in sys.modules and is_heavy(name)]


def room_for(names):
    """The address space that the code of these packages takes, bytes.

    It is no memory of the one who maps it, and the limit of the address space
    counts it.  A child finds out, and takes with it what it has imported.
    """
    if not names:
        return 0
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(CONTROL)
            signal.alarm(PATIENCE)
            sink = os.open('/dev/null', os.O_RDWR)
            os.dup2(sink, 1)
            os.dup2(sink, 2)
            before = code_mapped()
            map_all(names)
            os.write(writing, b'%d' % max(0, code_mapped() - before))
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, 'rb') as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return int(said or 0)


def map_all(names):
    """Import packages and map what they and those that these need have in C.

    That may be more than they import of themselves.
    """
    import ctypes
    for name in names:
        try:
            import_with_part(name)
        except Exception:
            pass
    for name, module in list(sys.modules.items()):
        if '.' in name or not is_heavy(name):
            continue
        for path in getattr(module, '__path__', ()):
            for folder, _, files in os.walk(path):
                for file in files:
                    if file.endswith(SUFFIXES):
                        try:
                            ctypes.CDLL(os.path.join(folder, file),
                                        os.RTLD_LAZY)
                        except OSError:
                            pass


def code_mapped():
    """What is mapped and no data of this process, bytes."""
    with open('/proc/self/statm', encoding='ascii') as file:
        figures = [int(figure) for figure in file.read().split()]
    return (figures[0] - figures[5]) * os.sysconf('SC_PAGE_SIZE')


def empty(folder):
    for parent, folders, names in os.walk(folder, topdown=False):
        for name in names:
            os.unlink(os.path.join(parent, name))
        for name in folders:
            path = os.path.join(parent, name)
            if os.path.islink(path):
                os.unlink(path)
            else:
                os.rmdir(path)


def has_known_fork_hooks():
    """Whether a fork needs no function that was registered for it.

    CPython calls them in every run: for a short program that is much of its
    cost.  Those of Python make locks anew that only another thread could hold,
    and seed a generator.
    """
    known = ('_thread', 'asyncio.events', 'concurrent.futures.thread',
             'logging', 'random', 'threading')

    def hook():
        pass

    # There is no other way to see them than by a list that has this one.
    os.register_at_fork(before=hook, after_in_child=hook,
                        after_in_parent=hook)
    lists = [found for found in gc.get_referrers(hook) if type(found) is list]

    for found in lists:
        found.remove(hook)
    owners = {getattr(other, '__module__', None)
              or type(getattr(other, '__self__', None)).__module__
              for found in lists for other in found}
    return len(lists) == 3 and owners.issubset(known)


def has_one_thread():
    try:
        return len(os.listdir('/proc/self/task')) == 1
    except OSError:
        return False


def make_main():
    """Give the next program, and each after a fork, a new __main__."""
    main = types.ModuleType('__main__')
    names = dict(MAIN_NAMES, __name__='__main__', __doc__=None,
                 __builtins__=builtins, __file__=MAIN,
                 __loader__=importlib.machinery.SourceFileLoader('__main__',
                                                                 MAIN))
    if '__annotations__' in names:
        names['__annotations__'] = {}
    main.__dict__.update(names)
    sys.modules['__main__'] = main

    # To be asked where no file of that name is: after a chdir().
    linecache = sys.modules.get('linecache')
    if linecache is not None:
        linecache.cache[MAIN] = (
            functools.partial(main.__loader__.get_source, '__main__'),)


def directory(options):
    """Where every program lies; None where each has its own place."""
    if options['isolation'] != 'full':
        return None
    return SCRIPT if options['scratch'] == '0' else SCRATCH


def reseeding(extension, plain_fork):
    """What is to call after a fork, so that no two runs draw the same."""
    calls = []

    random = sys.modules.get('random')
    if random is not None and plain_fork:
        # What its function does at a fork, but for a line of Python.
        random._inst.gauss_next = None
        calls.append(super(random.Random, random._inst).seed)

    numpy_random = sys.modules.get('numpy.random')
    if numpy_random is not None and not reseeds_in_place(extension,
                                                         numpy_random):
        calls.append(numpy_random.seed)

    return tuple(calls)


def reseeds_in_place(extension, numpy_random):
    try:
        generator = numpy_random.mtrand._rand._bit_generator
        state = generator.state['state']
        return extension.reseed(generator.capsule, state['key'].tobytes(),
                                int(state['pos']))
    except (AttributeError, KeyError, TypeError):
        return False


def raising():
    """The instruction of a raise statement, which versions number anew."""
    try:
        raise ValueError
    except ValueError as error:
        traceback = error.__traceback__
        return traceback.tb_frame.f_code.co_code[traceback.tb_lasti]


def guard(extension, options):
    """Hold programs to the policy while they run."""
    library = os.path.dirname(os.__file__)
    standard = (library, os.path.join(library, 'lib-dynload'))
    allow = options['allow']
    extension.guard(None if allow == '*' else frozenset(allow.split(',')),
                    standard,
                    tuple(entry for entry in sys.path
                          if entry and entry not in standard),
                    options['scratch'] != '0')


def check(options, names):
    if sys.implementation.name != 'cpython' or sys.version_info < (3, 9):
        return 'CPython 3.9 or newer is needed'
    if options['user'] != '-':
        become(*map(int, options['user'].split(':')))
    give_up_root()
    if not (os.access(sys.executable, os.X_OK)
            and os.access(os.__file__, os.R_OK)):
        return 'the user of the workers may not execute it'
    site.main()
    isolation = load_isolation()
    try:
        isolation.check(load_extension(), options)
    except isolation.Unavailable as error:
        return str(error)
    if options['preload'] == 'strict':
        for name in names:
            if importlib.util.find_spec(name.partition('.')[0]) is None:
                return f'there is no module "{name}"'
    return ' '.join(['ok', options['token'],
                     *filter(is_heavy, names)])


def is_heavy(name):
    root = name.partition('.')[0]
    # CPython 3.9 does not know the names.
    if root in getattr(sys, 'stdlib_module_names', ()):
        return False
    try:
        spec = importlib.util.find_spec(root)
    except Exception:
        return False
    return spec is not None and not is_pythons(spec.origin)


def is_pythons(origin):
    """Whether it is the origin of a module of the standard library."""
    if origin in ('built-in', 'frozen'):
        return True
    library = os.path.join(os.path.dirname(os.__file__), '')
    return (origin is not None and origin.startswith(library)
            and not origin.startswith((os.path.join(library, 'site-packages'),
                                       os.path.join(library,
                                                    'dist-packages'))))


def become(uid, gid):
    try:
        os.initgroups(pwd.getpwuid(uid).pw_name, gid)
    except KeyError:
        os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def give_up_root():
    """No program is ever run by root, even where the workers are."""
    if os.geteuid() == 0:
        try:
            nobody = pwd.getpwnam('nobody')
            become(nobody.pw_uid, nobody.pw_gid)
        except KeyError:
            become(NOBODY, NOBODY)


def serve(options, names):
    extension = load_extension()
    isolation = load_isolation()
    extension.rewrite_by(read_rewrite())
    give_up_root()
    try:
        isolation.open_cgroup(extension, options)
        extension.supervise(CONTROL)
        os.umask(0o022)
        paths = isolation.enter(extension, options)
    except isolation.Unavailable as error:
        print(error, file=sys.stderr, flush=True)
        sys.exit(1)

    os.environ.update(dict.fromkeys(THREADS, '1'))
    extension.make_room(preload_at_home(names, options))
    for name in THREADS:
        del os.environ[name]

    # What a module printed is the log's, not the first lines of every run.
    sys.stdout.flush()
    sys.stderr.flush()

    guard(extension, options)
    extension.watch_memory(raising())
    extension.amend(options['scratch'] != '0', options['allow'] == '*')

    plain_fork = has_known_fork_hooks() and has_one_thread()
    reseed = reseeding(extension, plain_fork)
    zygote = sys.modules['__main__']

    # Its id is that of a process; CPython does not see to it at a fork.
    threading = sys.modules.get('threading')
    main_thread = threading and threading.main_thread()

    gc.collect()
    gc.freeze()

    # After the freeze: a program's objects must go when it ends.
    make_main()
    sys.argv[:] = [MAIN]
    if sys.version_info >= (3, 10):
        sys.orig_argv[:] = ['python3', MAIN]
    extension.serve(CONTROL, paths, reseed, main_thread, plain_fork,
                    directory(options))
    del zygote


def main():
    mode, *words = sys.argv[1:]
    end = words.index('--')
    options = dict(word.split('=', 1) for word in words[:end])
    for name in 'hide', 'show':
        options[name] = [word[len(name) + 1:] for word in words[:end]
                         if word.startswith(f'{name}=')]
    names = words[end + 1:]

    if mode == 'check':
        print(check(options, names))
    else:
        serve(options, names)


if __name__ == '__main__':
    main()
