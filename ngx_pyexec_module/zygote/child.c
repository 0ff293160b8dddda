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
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "python/main.h"
#include "sandbox/confine.h"
#include "sandbox/isolation.h"
#include "sandbox/limits.h"


/* Where the channel and the script stand until the program has been read. */
#define PYEXEC_CHILD_CHANNEL  3
#define PYEXEC_CHILD_SCRIPT   4


static void pyexec_child_enter(const pyexec_child_t *child);
static void pyexec_child_descriptors(const pyexec_child_t *child);
static void pyexec_child_confine(const pyexec_child_t *child, int last);
static void pyexec_child_receive(const pyexec_child_t *child,
    pyexec_main_t *program);
static void pyexec_child_read(const pyexec_child_t *child, void *buf,
    size_t size);
static void pyexec_child_script(const pyexec_child_t *child,
    const pyexec_main_t *program);
static void pyexec_child_finish(const pyexec_child_t *child, int status);
static void pyexec_child_fail(const pyexec_child_t *child, const char *step)
    __attribute__((noreturn));


void
pyexec_child(const pyexec_child_t *child, const pyexec_main_hooks_t *hooks)
{
    int           is_child, status;
    pid_t         pid;
    pyexec_main_t program;

    pyexec_child_enter(child);
    pyexec_child_descriptors(child);

    /* Elsewhere the rules name its directory, which comes with the program. */

    if (pyexec_isolation.mode == PYEXEC_ISOLATION_FULL) {
        pyexec_child_confine(child, PYEXEC_CHILD_SCRIPT);
    }

    if (sigprocmask(SIG_SETMASK, child->mask, NULL) == -1) {
        pyexec_child_fail(child, "sigprocmask");
    }

    if (pyexec_main_prepare(hooks) == -1) {
        PyErr_Print();
        errno = ENOEXEC;
        pyexec_child_fail(child, "a new __main__");
    }

    pyexec_note_touch(child->note);

    pyexec_child_receive(child, &program);

    pid = getpid();

    status = pyexec_main_run(&program);

    (void) fflush(NULL);

    /* A child that the program has forked comes here, too. */
    is_child = getpid() != pid;

    if (!is_child) {
        child->note->result->out_of_memory = program.out_of_memory
                                             && pyexec_limits_kept();
    }

    if (status == PYEXEC_ENDING_INTERRUPTED) {
        /* What a shell expects of a program that Ctrl-C ended. */
        (void) signal(SIGINT, SIG_DFL);
        (void) kill(getpid(), SIGINT);
        status = 128 + SIGINT;

    } else if (!is_child
               && pyexec_isolation.mode == PYEXEC_ISOLATION_FULL)
    {
        pyexec_child_finish(child, status);
    }

    _exit(status);
}


/*
 * Taking down an interpreter takes as long as a short program, and the end of
 * a process is told after that.  A stop is told at once, with what the
 * process has used, and process 1 needs no more of it.  A program that has
 * started others goes the long way: what they used is known when they are
 * dead, and some may live that are not its children any more.
 */

static void
pyexec_child_finish(const pyexec_child_t *child, int status)
{
    siginfo_t        info;
    struct rusage    children;
    struct sigaction action;

    if (waitid(P_ALL, 0, &info, WEXITED|WNOHANG|WNOWAIT) == 0
        || errno != ECHILD
        || getrusage(RUSAGE_CHILDREN, &children) == -1
        || children.ru_minflt != 0
        || sigaction(SIGCHLD, NULL, &action) == -1
        || action.sa_handler == SIG_IGN)
    {
        return;
    }

    child->note->result->status = status;
    child->note->result->finished = 1;

    (void) kill(getpid(), SIGSTOP);
}


void
pyexec_child_probe(const pyexec_child_t *child, uint64_t token)
{
    pyexec_child_enter(child);
    pyexec_child_confine(child, STDERR_FILENO);

    child->note->result->token = token;

    _exit(EXIT_SUCCESS);
}


static void
pyexec_child_enter(const pyexec_child_t *child)
{
    if (child->zygote) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);

        if (getppid() != child->zygote) {
            _exit(0);
        }

        /* Orphans stay the run's: they are found when it ends. */
        (void) prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    }

    (void) prctl(PR_SET_NAME, "pyexec-spare", 0, 0, 0);

    if (setsid() == -1) {
        pyexec_child_fail(child, "setsid");
    }
}


/*
 * The zygote has 0 to 3 open, so none of them is below 4 and no dup2()
 * overwrites one that is still to be moved: the script was opened last.
 */

static void
pyexec_child_descriptors(const pyexec_child_t *child)
{
    int i;

    for (i = 0; i < PYEXEC_WIRE_NFDS; i++) {
        if (dup2(child->fds[i], i) == -1) {
            pyexec_child_fail(child, "dup2");
        }
    }
}


/* Closes what is open above "last", too: the rules are. */

static void
pyexec_child_confine(const pyexec_child_t *child, int last)
{
    const char *step;

    if (pyexec_confine(&step) == -1) {
        pyexec_child_fail(child, step);
    }

    if (child->script != -1 && child->script != PYEXEC_CHILD_SCRIPT
        && dup2(child->script, PYEXEC_CHILD_SCRIPT) == -1)
    {
        pyexec_child_fail(child, "dup2");
    }

    if (close_range(last + 1, ~0U, 0) == -1) {
        pyexec_child_fail(child, "close_range");
    }
}


static void
pyexec_child_receive(const pyexec_child_t *child, pyexec_main_t *program)
{
    char                 *buf;
    size_t                size;
    const char           *step;
    pyexec_wire_program_t header;

    pyexec_child_read(child, &header, sizeof(header));

    (void) prctl(PR_SET_NAME, "pyexec-run", 0, 0, 0);

    size = header.directory_len + header.code_len + header.args_len;

    buf = malloc(size ? size : 1);
    if (buf == NULL) {
        pyexec_child_fail(child, "malloc");
    }

    pyexec_child_read(child, buf, size);

    program->directory = NULL;
    program->code = buf + header.directory_len;
    program->code_len = header.code_len;
    program->args = program->code + header.code_len;
    program->nargs = header.nargs;
    program->compile_only = header.flags & PYEXEC_WIRE_COMPILE_ONLY;
    program->out_of_memory = 0;

    if (pyexec_isolation.mode == PYEXEC_ISOLATION_FULL) {
        pyexec_child_script(child, program);

    } else {
        /* Without it tracebacks have no lines; the program still runs. */
        (void) !chdir(buf);
        program->directory = buf;

        pyexec_child_confine(child, PYEXEC_CHILD_CHANNEL);
    }

    if (pyexec_limits_start(header.cpu_limit, &step) == -1) {
        pyexec_child_fail(child, step);
    }

    if (close(PYEXEC_CHILD_CHANNEL) == -1) {
        pyexec_child_fail(child, "close");
    }

    if (pyexec_note_start(child->note) == -1) {
        pyexec_child_fail(child, "munmap");
    }
}


static void
pyexec_child_read(const pyexec_child_t *child, void *buf, size_t size)
{
    char   *p = buf;
    ssize_t n;

    while (size) {
        n = recv(PYEXEC_CHILD_CHANNEL, p, size, MSG_WAITALL);

        if (n == 0) {
            _exit(0);           /* not needed any more */
        }

        if (n == -1) {
            if (errno == EINTR) {
                continue;
            }
            pyexec_child_fail(child, "recv");
        }

        p += n;
        size -= n;
    }
}


/* A program that its scratch has no room for lies nowhere; it still runs. */

static void
pyexec_child_script(const pyexec_child_t *child, const pyexec_main_t *program)
{
    size_t  done;
    ssize_t n;

    for (done = 0; done < program->code_len; done += n) {
        n = write(PYEXEC_CHILD_SCRIPT, program->code + done,
                  program->code_len - done);

        if (n == -1 && errno == ENOSPC && pyexec_isolation.scratch
            && ftruncate(PYEXEC_CHILD_SCRIPT, 0) == 0)
        {
            break;
        }

        if (n == -1) {
            pyexec_child_fail(child, "write of the script");
        }
    }

    if (close(PYEXEC_CHILD_SCRIPT) == -1) {
        pyexec_child_fail(child, "close");
    }
}


static void
pyexec_child_fail(const pyexec_child_t *child, const char *step)
{
    pyexec_note_fail(child->note, step);
    _exit(EXIT_FAILURE);
}
