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

#include "sandbox/confine.h"
#include "sandbox/isolation.h"
#include "sandbox/limits.h"
#include "python/program.h"
#include "run.h"


/* Where the channel and the script stand until the program has been read. */
#define PYEXEC_RUN_CHANNEL  3
#define PYEXEC_RUN_SCRIPT   4


static void pyexec_run_enter(const pyexec_run_t *run);
static void pyexec_run_descriptors(const pyexec_run_t *run);
static void pyexec_run_confine(const pyexec_run_t *run, int last);
static void pyexec_run_receive(const pyexec_run_t *run,
    pyexec_program_t *program);
static void pyexec_run_read(const pyexec_run_t *run, void *buf, size_t size);
static void pyexec_run_script(const pyexec_run_t *run,
    const pyexec_program_t *program);
static void pyexec_run_finish(const pyexec_run_t *run, int status);
static void pyexec_run_fail(const pyexec_run_t *run, const char *step)
    __attribute__((noreturn));


void
pyexec_run(const pyexec_run_t *run, const pyexec_program_hooks_t *hooks)
{
    int              is_child, status;
    pid_t            pid;
    pyexec_program_t program;

    pyexec_run_enter(run);
    pyexec_run_descriptors(run);

    /* Elsewhere the rules name its directory, which comes with the program. */

    if (pyexec_isolation.mode == PYEXEC_ISOLATION_FULL) {
        pyexec_run_confine(run, PYEXEC_RUN_SCRIPT);
    }

    if (sigprocmask(SIG_SETMASK, run->mask, NULL) == -1) {
        pyexec_run_fail(run, "sigprocmask");
    }

    if (pyexec_program_prepare(hooks) == -1) {
        PyErr_Print();
        errno = ENOEXEC;
        pyexec_run_fail(run, "a new __main__");
    }

    pyexec_run_receive(run, &program);

    pid = getpid();

    status = pyexec_program_run(&program);

    (void) fflush(NULL);

    /* A child that the program has forked comes here, too. */
    is_child = getpid() != pid;

    if (!is_child) {
        run->report->result->out_of_memory = program.out_of_memory;
    }

    if (status == PYEXEC_PROGRAM_INTERRUPTED) {
        /* What a shell expects of a program that Ctrl-C ended. */
        (void) signal(SIGINT, SIG_DFL);
        (void) kill(getpid(), SIGINT);
        status = 128 + SIGINT;

    } else if (!is_child
               && pyexec_isolation.mode == PYEXEC_ISOLATION_FULL)
    {
        pyexec_run_finish(run, status);
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
pyexec_run_finish(const pyexec_run_t *run, int status)
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

    run->report->result->status = status;
    run->report->result->finished = 1;

    (void) kill(getpid(), SIGSTOP);
}


void
pyexec_run_probe(const pyexec_run_t *run)
{
    pyexec_run_enter(run);
    pyexec_run_confine(run, STDERR_FILENO);

    _exit(EXIT_SUCCESS);
}


static void
pyexec_run_enter(const pyexec_run_t *run)
{
    if (run->zygote) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);

        if (getppid() != run->zygote) {
            _exit(0);
        }

        /* Orphans stay the run's: they are found when it ends. */
        (void) prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    }

    (void) prctl(PR_SET_NAME, "pyexec-spare", 0, 0, 0);

    if (setsid() == -1) {
        pyexec_run_fail(run, "setsid");
    }
}


/*
 * The zygote has 0 to 3 open, so none of them is below 4 and no dup2()
 * overwrites one that is still to be moved: the script was opened last.
 */
static void
pyexec_run_descriptors(const pyexec_run_t *run)
{
    int i;

    for (i = 0; i < PYEXEC_WIRE_NFDS; i++) {
        if (dup2(run->fds[i], i) == -1) {
            pyexec_run_fail(run, "dup2");
        }
    }
}


/* Closes what is open above "last", too: the rules are. */
static void
pyexec_run_confine(const pyexec_run_t *run, int last)
{
    const char *step;

    if (pyexec_confine(&step) == -1) {
        pyexec_run_fail(run, step);
    }

    if (run->script != -1 && run->script != PYEXEC_RUN_SCRIPT
        && dup2(run->script, PYEXEC_RUN_SCRIPT) == -1)
    {
        pyexec_run_fail(run, "dup2");
    }

    if (close_range(last + 1, ~0U, 0) == -1) {
        pyexec_run_fail(run, "close_range");
    }
}


static void
pyexec_run_receive(const pyexec_run_t *run, pyexec_program_t *program)
{
    char                 *buf;
    size_t                size;
    const char           *step;
    pyexec_wire_program_t header;

    pyexec_run_read(run, &header, sizeof(header));

    (void) prctl(PR_SET_NAME, "pyexec-run", 0, 0, 0);

    size = header.directory_len + header.code_len + header.args_len;

    buf = malloc(size ? size : 1);
    if (buf == NULL) {
        pyexec_run_fail(run, "malloc");
    }

    pyexec_run_read(run, buf, size);

    program->code = buf + header.directory_len;
    program->code_len = header.code_len;
    program->args = program->code + header.code_len;
    program->nargs = header.nargs;
    program->compile_only = header.flags & PYEXEC_WIRE_COMPILE_ONLY;
    program->out_of_memory = 0;

    if (pyexec_isolation.mode == PYEXEC_ISOLATION_FULL) {
        pyexec_run_script(run, program);

    } else {
        /* Without it tracebacks have no lines; the program still runs. */
        (void) !chdir(buf);

        pyexec_run_confine(run, PYEXEC_RUN_CHANNEL);
    }

    if (pyexec_limits_start(header.cpu_limit, &step) == -1) {
        pyexec_run_fail(run, step);
    }

    if (close(PYEXEC_RUN_CHANNEL) == -1) {
        pyexec_run_fail(run, "close");
    }

    if (pyexec_report_start(run->report) == -1) {
        pyexec_run_fail(run, "munmap");
    }
}


static void
pyexec_run_read(const pyexec_run_t *run, void *buf, size_t size)
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
            pyexec_run_fail(run, "recv");
        }

        p += n;
        size -= n;
    }
}


static void
pyexec_run_script(const pyexec_run_t *run, const pyexec_program_t *program)
{
    size_t  done;
    ssize_t n;

    for (done = 0; done < program->code_len; done += n) {
        n = write(PYEXEC_RUN_SCRIPT, program->code + done,
                  program->code_len - done);

        if (n == -1) {
            pyexec_run_fail(run, "write of the script");
        }
    }

    if (close(PYEXEC_RUN_SCRIPT) == -1) {
        pyexec_run_fail(run, "close");
    }
}


static void
pyexec_run_fail(const pyexec_run_t *run, const char *step)
{
    pyexec_report_fail(run->report, step);
    _exit(EXIT_FAILURE);
}
