"""What a zygote isolates its runs from, as zygote.py's options tell."""

import errno
import glob
import os
import pwd
import sys
import time

# How the extension names them; 0 is none.
MODES = {'off': 1, 'process': 2, 'full': 3}

# How the extension names what an entry of the view is; 0 is none.
BIND, DIRECTORY, FILE, LINK, WRITABLE, HIDE = range(1, 7)

# What programs, the linker and the C library need of every Linux.
SYSTEM = ('/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32')
SETTINGS = ('/etc/ld.so.cache', '/etc/localtime', '/etc/alternatives',
            '/etc/ssl/certs', '/etc/ca-certificates',
            '/etc/pki/tls/certs', '/etc/pki/ca-trust')
NETWORK = ('/etc/resolv.conf', '/etc/hosts', '/etc/gai.conf')
# What is copied of each of these, which hold no secret of any machine: each
# mount costs every run.  The largest in use have 700 KB.
COPIED_SIZE = 1 << 20
COPIED = ('/etc/services', '/etc/protocols', '/etc/mime.types',
          '/etc/timezone', '/etc/matplotlibrc')
# Directories of such files and of links; no more of them than this.
COPIED_FILES = 256
COPIED_TREES = ('/etc/fonts',)
DEVICES = ('/dev/null', '/dev/zero', '/dev/full', '/dev/random',
           '/dev/urandom')
LINKS = (('/dev/fd', '../proc/self/fd'), ('/dev/stdin', '../proc/self/fd/0'),
         ('/dev/stdout', '../proc/self/fd/1'),
         ('/dev/stderr', '../proc/self/fd/2'))
DIRECTORIES = ('/empty', '/script', '/scratch')
# What no path of the host may take the place of.
OWN = ('/dev', '/proc', *DIRECTORIES)

REFUSED = (errno.EPERM, errno.EACCES)
MOUNTS = 'mount, umount2, pivot_root, open_tree, move_mount, mount_setattr'


class Unavailable(Exception):
    """Says what this machine lacks and how to get it."""


def open_cgroup(extension, options):
    """Make a cgroup, if there are to be any; in the parent of the zygote."""
    if options['cgroup']:
        entry = -1 if options['entry'] == '-' else int(options['entry'])
        try:
            extension.open_cgroup(os.fsencode(options['cgroup']), entry,
                                  int(options['memory']),
                                  int(options['processes']))
        except RuntimeError as error:
            raise Unavailable(f'pyexec_cgroup: {error}') from None
        if entry != -1:
            os.close(entry)


def enter(extension, options):
    """Isolate this process; return the paths that its runs may read."""
    try:
        if options['cgroup']:
            extension.enter_cgroup()
        paths = isolate(extension, options)
        if options['cgroup']:
            extension.start_cgroup()
    except RuntimeError as error:
        raise Unavailable(f'pyexec_cgroup: {error}') from None
    return paths


def isolate(extension, options):
    mode = options['isolation']
    wanted = needed(options['network'] == 'on')
    shown = tuple(showing(options['show'], options['hide']))
    paths = readable((*wanted, *shown))
    scratch = int(options['scratch'])
    hidden = tuple(hiding(paths, wanted, options['hide']))
    if mode == 'process':
        # Rules are for directories, by whatever name these are found.
        paths = [path for parent in readable(map(os.path.realpath, (
                     *wanted, *shown, *COPIED, *COPIED_TREES)))
                 for path in around(parent, hidden)]
    try:
        extension.isolate(MODES[mode], options['network'] == 'on',
                          may_start_processes(options),
                          int(options['processes']), int(options['memory']),
                          scratch, view(paths, hidden, scratch,
                                        int(options['memory']))
                          if mode == 'full' else ())
    except OSError as error:
        raise Unavailable(explain(mode, error)) from None
    return tuple(os.fsencode(path) for path in paths)


def check(extension, options):
    """Do all that a zygote and a run of it would do, up to the program."""
    if options['cgroup']:
        open_cgroup(extension, options)
        try:
            died_of = in_a_child(lambda: probe(extension, options))
        finally:
            extension.end_cgroup()
        if died_of:
            # Who waits for this process knows what to make of it.
            os.kill(os.getpid(), died_of)
    else:
        probe(extension, options)


def in_a_child(function):
    """Call it in a fork, which succeeds only by saying so at its very end.

    What it raises is raised here as Unavailable; the signal that it dies of is
    returned, or 0.
    """
    token = os.urandom(16).hex()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            function()
            said = token
        except Unavailable as error:
            said = str(error)
        except BaseException as error:
            said = f'{type(error).__name__}: {error}'
        os.write(writing, os.fsencode(said))
        os._exit(0)
    os.close(writing)
    with open(reading, 'rb') as pipe:
        said = os.fsdecode(pipe.read())
    _, status = os.waitpid(pid, 0)
    if said == token:
        return 0
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status)
    raise Unavailable(said or 'a trial run ended without a word')


def probe(extension, options):
    paths = enter(extension, options)
    try:
        extension.probe(paths)
    except OSError as error:
        raise Unavailable(explain(options['isolation'], error)) from None


def may_start_processes(options):
    allow = options['allow'].split(',')
    return (options['isolation'] != 'process'
            and ('*' in allow or 'subprocess' in allow))


def needed(network):
    """What sys.path, the interpreter and the linker may need."""
    # A virtual environment's interpreter is a link to another one.
    interpreter = {os.path.dirname(path) for path in
                   (sys.executable, os.path.realpath(sys.executable))}
    python = {os.path.abspath(path) for path in
              (*sys.path, sys.prefix, sys.exec_prefix, sys.base_prefix,
               sys.base_exec_prefix, *interpreter) if path}

    return (*SYSTEM, *sorted(python), *libraries(), *SETTINGS,
            *(NETWORK if network else ()))


def readable(wanted):
    """Those that are there, no path twice."""
    paths = []
    for path in wanted:
        if (os.path.exists(path)
                and not any(is_below(path, other) for other in paths)):
            paths.append(path)
    return paths


def libraries():
    """The directories that the linker searches beside the system's."""
    for file in ('/etc/ld.so.conf', *sorted(glob.glob('/etc/ld.so.conf.d/*'))):
        try:
            with open(file, encoding='utf-8', errors='replace') as lines:
                for line in lines:
                    if line.startswith('/'):
                        yield line.partition('#')[0].strip()
        except OSError:
            pass


def is_below(path, other):
    return path == other or path.startswith(os.path.join(other, ''))


def showing(paths, hidden):
    """The paths, each of them one that a run may see and does."""
    for path in paths:
        real = os.path.realpath(path)
        reason = None
        if not os.path.exists(path):
            reason = 'does not exist, or not for the user of the workers'
        elif not os.access(path, os.R_OK):
            reason = 'may not be read by the user of the workers'
        elif os.path.normpath(path) != (path.rstrip('/') or '.'):
            reason = 'has an empty component, "." or "..", or is the root'
        elif any(is_below(each, own) for each in (path, real) for own in OWN):
            reason = 'is something of its own in every run'
        elif any(is_below(real, os.path.realpath(name)) for name in hidden):
            reason = 'is a place of nginx that no program may see'
        if reason:
            raise Unavailable(f'pyexec_read_only "{path}" {reason}')
        yield path.rstrip('/')


def hiding(paths, wanted, names):
    """Of the names, those that could be read, and need not be."""
    wanted = {name for path in wanted
              for name in (path, os.path.realpath(path))}
    for name in names:
        name = os.path.realpath(name)
        if (any(is_below(name, path) for path in paths)
                and not any(is_below(path, name) for path in wanted)):
            yield name


def around(path, hidden):
    """The path, or what is in it without what is hidden."""
    if path in hidden:
        return
    if not any(is_below(name, path) for name in hidden):
        yield path
        return
    try:
        names = sorted(os.listdir(path))
    except OSError:
        return
    for name in names:
        entry = os.path.join(path, name)
        # A link's target is what a rule would be for.
        if not os.path.islink(entry):
            yield from around(entry, hidden)


def working(scratch):
    """The directory in which a run finds its program."""
    return '/scratch' if scratch else '/script'


def view(paths, hidden, scratch, memory):
    """The entries of a file system that holds nothing else."""
    entries = [entry_of(path) for path in paths]
    entries += [(BIND, path, None) for path in (*DEVICES, '/proc')]
    entries += [(LINK, path, target) for path, target in LINKS]
    entries += [(kind, path, content) for kind, path, content in
                (*accounts(), *copies(), *for_children(memory))
                if not any(is_below(path, other) for other in paths)]
    entries += [(DIRECTORY, path, None) for path in DIRECTORIES]
    # What modules write when they are imported; runs have their own there.
    entries += [(WRITABLE, working(scratch), None)]
    # Temporary files go to the scratch space, unless Python itself is there.
    if not any(is_below(path, '/tmp') for path in paths):
        entries += [(LINK, '/tmp', 'scratch')]
    # Where named semaphores are, and memory that has a name.
    if scratch:
        entries += [(LINK, '/dev/shm', '../scratch')]
    entries += [(HIDE, path, None) for path in hidden]
    return tuple((kind, os.fsencode(path), content)
                 for kind, path, content in entries)


def entry_of(path):
    """As it is on the host: /lib may be a directory or a link."""
    if path in SYSTEM and os.path.islink(path):
        return LINK, path, os.path.relpath(os.path.realpath(path), '/')
    return BIND, path, None


def accounts():
    """The files in which a C library looks up names."""
    uid, gid = os.getuid(), os.getgid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = 'pyexec'
    home = '/:/usr/sbin/nologin'
    yield FILE, '/etc/passwd', (f'root:x:0:0:root:{home}\n'
                                f'{name}:x:{uid}:{gid}:{name}:{home}\n')
    yield FILE, '/etc/group', f'root:x:0:\n{name}:x:{gid}:\n'
    yield FILE, '/etc/hosts', '127.0.0.1 localhost\n::1 localhost\n'
    yield FILE, '/etc/nsswitch.conf', (
        'passwd: files\ngroup: files\nhosts: files dns\n'
        'services: files\nprotocols: files\n')


def copies():
    """Entries for what is copied of this machine."""
    for path in COPIED:
        yield from copy(path)
    for path in COPIED_TREES:
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names)[:COPIED_FILES]:
                yield from copy(os.path.join(folder, name))


def copy(path):
    try:
        target = os.path.realpath(path)
        if target != path and is_below(target, '/usr'):
            yield LINK, path, os.path.relpath(target, os.path.dirname(path))
        elif os.path.isfile(path):
            with open(path, encoding='utf-8', errors='replace') as file:
                yield FILE, path, file.read(COPIED_SIZE).replace('\0', '')
    except OSError:
        pass


def for_children(memory):
    """What Debian's interpreter imports first lies in /etc."""
    path = os.path.join(os.path.dirname(os.__file__), 'sitecustomize.py')
    target = os.path.realpath(path)
    if target == path or not is_below(target, '/etc'):
        return
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, 'children.py'), encoding='utf-8') as file:
        source = file.read()
    yield FILE, target, source.replace('FILES = {}',
                                       f'FILES = {figures(memory)!r}', 1)


def figures(memory):
    """Files of /proc, as python/amend_psutil.c has them."""
    started = int(time.time() - time.clock_gettime(time.CLOCK_BOOTTIME))
    size = f'{memory >> 10} kB\n'
    meminfo = ''.join(f'{name}: {size}' for name in
                      ('MemTotal', 'MemFree', 'MemAvailable'))
    return {
        '/proc/stat': 'cpu ' + 10 * ' 0' + '\ncpu0' + 10 * ' 0'
                      + f'\nintr 0\nctxt 0\nbtime {started}\nsoftirq 0\n',
        '/proc/meminfo': meminfo + ''.join(
            f'{name}: 0 kB\n' for name in
            ('Buffers', 'Cached', 'Active', 'Inactive', 'Shmem', 'Slab',
             'SwapTotal', 'SwapFree')),
        '/proc/vmstat': 'pswpin 0\npswpout 0\n',
    }


def explain(mode, error):
    """One line: what is missing, and what to set."""
    step = os.fsdecode(error.filename)
    reason = f'{step}: {error.strerror}'
    return (f'pyexec_isolation {mode}: '
            f'{remedy(step, error.errno, reason) or reason}')


def remedy(step, number, reason):
    if not os.path.exists('/proc/self'):
        return '/proc is not mounted'
    if step == 'landlock':
        return landlock(number, reason)
    if step.startswith('seccomp'):
        return (f'no seccomp filter can be installed ({reason}); the kernel '
                'needs CONFIG_SECCOMP_FILTER, and in a container the seccomp '
                'profile must allow seccomp')
    if step in ('unshare', 'clone', 'the map of user ids', 'sethostname',
                'capset'):
        return namespaces(step, number, reason)
    if number in REFUSED:
        return mounts(reason)
    if number == errno.ENOSYS:
        return (f'a system call is missing ({reason}); the kernel must be '
                'Linux 5.12 or newer, and in a container the seccomp profile '
                f'must allow {MOUNTS} and close_range')
    return None


def landlock(number, reason):
    if number in REFUSED:
        return (f'Landlock is not permitted ({reason}); in a container the '
                'seccomp profile must allow landlock_create_ruleset, '
                'landlock_add_rule and landlock_restrict_self')
    if number in (errno.ENOSYS, errno.EOPNOTSUPP):
        return ('Landlock is not available; it needs Linux 5.13 with '
                'CONFIG_SECURITY_LANDLOCK, and "landlock" in the kernel\'s '
                'lsm= list')
    return None


def namespaces(step, number, reason):
    """Which of the many who can forbid user namespaces it was."""
    if setting('/proc/sys/kernel/unprivileged_userns_clone') == '0':
        return ('user namespaces are switched off; set '
                'sysctl kernel.unprivileged_userns_clone=1')
    if setting('/proc/sys/user/max_user_namespaces') == '0':
        return ('user namespaces are switched off; set '
                'sysctl user.max_user_namespaces to 10000 or more')
    if number == errno.ENOSPC:
        return ('there are too many namespaces; raise the sysctls '
                'user.max_*_namespaces')
    # Where AppArmor forbids them they can be made, and not be used.
    if number in REFUSED and not (step == 'unshare' and FILTERED):
        forbidden = apparmor()
        if forbidden:
            return forbidden
    if number in REFUSED:
        return (f'user namespaces are not permitted ({reason}); in a '
                'container allow unshare, clone, sethostname, setdomainname, '
                f'{MOUNTS} in its seccomp profile, or use pyexec_isolation '
                'process; under systemd do not set RestrictNamespaces=; '
                'they are not to be had in a chroot')
    if number in (errno.ENOSYS, errno.EINVAL):
        return ('the kernel lacks namespaces; it needs CONFIG_USER_NS, '
                'CONFIG_PID_NS, CONFIG_NET_NS, CONFIG_IPC_NS, CONFIG_UTS_NS')
    return None


def mounts(reason):
    """Who forbids what the new user namespace permits."""
    return apparmor() or (
        f'mounts are not permitted ({reason}); in a container allow {MOUNTS} '
        'in its seccomp profile, and mounts in its AppArmor or SELinux '
        'profile, or use pyexec_isolation process; under systemd do not '
        'leave @mount out of SystemCallFilter=')


def apparmor():
    if setting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') \
            != '1':
        return None
    return ('AppArmor forbids user namespaces; give nginx a profile with '
            '"userns," or set '
            'sysctl kernel.apparmor_restrict_unprivileged_userns=0')


def setting(path):
    try:
        with open(path, encoding='ascii') as file:
            return file.read().strip()
    except OSError:
        return None


# Whether somebody filters our system calls; later, we do so ourselves.
FILTERED = 'Seccomp:\t2' in (setting('/proc/self/status') or '')
