#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "confine.h"
#include "program.h"
#include "run.h"


/* Where the channel stands until the program has been read. */
#define PYEXEC_RUN_CHANNEL  3

/* Descriptors of a run: more than honest programs have open at a time. */
#define PYEXEC_RUN_NOFILE  256


static void pyexec_run_enter(int fds[PYEXEC_WIRE_NFDS], pid_t zygote,
    const sigset_t *mask);
static void pyexec_run_receive(pyexec_program_t *program);
static void pyexec_run_read(void *buf, size_t size);
static void pyexec_run_limit(const pyexec_wire_program_t *header);
static void pyexec_run_fail(const char *step) __attribute__((noreturn));


void
pyexec_run(int fds[PYEXEC_WIRE_NFDS], pid_t zygote, const sigset_t *mask,
    const pyexec_program_hooks_t *hooks)
{
    int              status;
    pyexec_program_t program;

    pyexec_run_enter(fds, zygote, mask);

    if (pyexec_program_prepare(hooks) == -1) {
        PyErr_Print();
        _exit(EXIT_FAILURE);
    }

    pyexec_run_receive(&program);

    status = pyexec_program_run(hooks, &program);

    (void) fflush(NULL);

    if (status == PYEXEC_PROGRAM_INTERRUPTED) {
        /* What a shell expects of a program that Ctrl-C ended. */
        (void) signal(SIGINT, SIG_DFL);
        (void) kill(getpid(), SIGINT);
        status = 128 + SIGINT;
    }

    _exit(status);
}


static void
pyexec_run_enter(int fds[PYEXEC_WIRE_NFDS], pid_t zygote,
    const sigset_t *mask)
{
    int i;

    (void) prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);

    if (getppid() != zygote) {
        _exit(0);
    }

    /* Orphans of the run stay the run's: they are found when it ends. */
    (void) prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    (void) prctl(PR_SET_NAME, "pyexec-run", 0, 0, 0);

    if (setsid() == -1) {
        pyexec_run_fail("setsid");
    }

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) {
        pyexec_run_fail("no_new_privs");
    }

    /* Before the descriptor of the rules is closed with all others. */
    if (pyexec_confine() == -1) {
        pyexec_run_fail("landlock");
    }

    /*
     * The zygote has 0 to 3 open, so none of the four is below 4 and no
     * dup2() overwrites one that is still to be moved.
     */
    for (i = 0; i < PYEXEC_WIRE_NFDS; i++) {
        if (dup2(fds[i], i) == -1) {
            pyexec_run_fail("dup2");
        }
    }

    if (close_range(PYEXEC_RUN_CHANNEL + 1, ~0U, 0) == -1) {
        pyexec_run_fail("close_range");
    }

    if (sigprocmask(SIG_SETMASK, mask, NULL) == -1) {
        pyexec_run_fail("sigprocmask");
    }
}


static void
pyexec_run_receive(pyexec_program_t *program)
{
    char                 *buf;
    size_t                size;
    pyexec_wire_program_t header;

    pyexec_run_read(&header, sizeof(header));

    size = header.directory_len + header.code_len + header.args_len;

    buf = malloc(size ? size : 1);
    if (buf == NULL) {
        pyexec_run_fail("malloc");
    }

    pyexec_run_read(buf, size);

    if (close(PYEXEC_RUN_CHANNEL) == -1) {
        pyexec_run_fail("close");
    }

    /* Should it be gone, tracebacks have no lines; the program still runs. */
    (void) !chdir(buf);

    pyexec_run_limit(&header);

    program->code = buf + header.directory_len;
    program->code_len = header.code_len;
    program->args = program->code + header.code_len;
    program->nargs = header.nargs;
    program->compile_only = header.flags & PYEXEC_WIRE_COMPILE_ONLY;
}


static void
pyexec_run_read(void *buf, size_t size)
{
    char   *p = buf;
    ssize_t n;

    while (size) {
        n = recv(PYEXEC_RUN_CHANNEL, p, size, MSG_WAITALL);

        if (n == 0) {
            _exit(0);           /* not needed any more */
        }

        if (n == -1) {
            if (errno == EINTR) {
                continue;
            }
            pyexec_run_fail("recv");
        }

        p += n;
        size -= n;
    }
}


static void
pyexec_run_limit(const pyexec_wire_program_t *header)
{
    size_t        i;
    struct rlimit limit;

    const struct {
        int         resource;
        rlim_t      value;
        const char *name;
    } limits[] = {
        { RLIMIT_CORE, 0, "RLIMIT_CORE" },
        { RLIMIT_FSIZE, 0, "RLIMIT_FSIZE" },
        { RLIMIT_NOFILE, PYEXEC_RUN_NOFILE, "RLIMIT_NOFILE" },
        { RLIMIT_CPU, header->cpu_limit, "RLIMIT_CPU" },
    };

    for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        if (getrlimit(limits[i].resource, &limit) == -1) {
            pyexec_run_fail(limits[i].name);
        }

        /* What the server itself may not exceed may be less. */
        if (limit.rlim_max > limits[i].value) {
            limit.rlim_max = limits[i].value;
        }

        limit.rlim_cur = limit.rlim_max;

        if (setrlimit(limits[i].resource, &limit) == -1) {
            pyexec_run_fail(limits[i].name);
        }
    }
}


static void
pyexec_run_fail(const char *step)
{
    /* Standard error is the run's by now, or still the zygote's log. */
    dprintf(STDERR_FILENO, "pyexec: %s: %s\n", step, strerror(errno));
    _exit(EXIT_FAILURE);
}
