#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../wire/wire.h"
#include "sandbox/cgroup.h"
#include "children.h"
#include "sandbox/isolation.h"
#include "sandbox/nest.h"
#include "run.h"
#include "serve.h"
#include "memory/warm.h"


typedef struct {
    uint32_t              run;
    pid_t                 pid;  /* 0: reaped, what it left is being killed */
    pyexec_report_t       report;
    pyexec_cgroup_run_t   cgroup;       /* of -1s: none */
    pyexec_nest_t        *nest; /* in full isolation */
    pyexec_wire_message_t end;
} pyexec_serve_run_t;


typedef struct {
    int                           control;
    int                           signals;
    sigset_t                      mask;         /* a run's */
    const pyexec_program_hooks_t *hooks;

    pyexec_serve_run_t           *runs;
    size_t                        nruns;
    size_t                        size;
    size_t                        nending;
} pyexec_serve_t;


/* The one that this process serves, for pyexec_serve_is_run(). */
static pyexec_serve_t pyexec_serving;


static int pyexec_serve_message(pyexec_serve_t *serve);
static int pyexec_serve_spawn(pyexec_serve_t *serve, uint32_t run,
    int fds[PYEXEC_WIRE_NFDS]);
static int pyexec_serve_start(pyexec_serve_t *serve, pyexec_serve_run_t *run,
    int *fds, const char **step);
static pid_t pyexec_serve_fork(pyexec_serve_t *serve, pyexec_serve_run_t *run,
    int *fds, const char **step);
static void pyexec_serve_free(pyexec_serve_run_t *run);
static void pyexec_serve_kill(pyexec_serve_t *serve, uint32_t run);
static int pyexec_serve_reap(pyexec_serve_t *serve);
static void pyexec_serve_ended(pyexec_serve_t *serve, pid_t pid, int status,
    const struct rusage *usage);
static int pyexec_serve_report(pyexec_serve_t *serve);
static pyexec_serve_run_t *pyexec_serve_find(pyexec_serve_t *serve,
    pid_t pid);
static int pyexec_serve_is_run(pid_t pid);


int
pyexec_serve(int control, const pyexec_program_hooks_t *hooks,
    const char **step)
{
    int                     rc;
    sigset_t                set;
    struct pollfd           fds[2];
    struct signalfd_siginfo info;
    pyexec_serve_t         *serve = &pyexec_serving;
    pyexec_wire_message_t   ready = { .type = PYEXEC_WIRE_READY };

    serve->control = control;
    serve->hooks = hooks;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);

    *step = "signalfd";

    if (sigprocmask(SIG_BLOCK, &set, &serve->mask) == -1) {
        return -1;
    }

    serve->signals = signalfd(-1, &set, SFD_CLOEXEC|SFD_NONBLOCK);
    if (serve->signals == -1) {
        return -1;
    }

    *step = "the list of children";

    if (pyexec_children_kill(NULL) == -1) {
        return -1;
    }

    *step = "the control socket";

    if (pyexec_wire_send(control, &ready, NULL, 0) == -1) {
        return -1;
    }

    fds[0].fd = control;
    fds[0].events = POLLIN;
    fds[1].fd = serve->signals;
    fds[1].events = POLLIN;

    do {
        if (poll(fds, 2, -1) == -1) {
            if (errno == EINTR) {
                rc = 1;
                continue;
            }
            *step = "poll";
            return -1;
        }

        rc = 1;

        if (fds[1].revents) {
            while (read(serve->signals, &info, sizeof(info)) > 0) { }

            if (pyexec_serve_reap(serve) == -1) {
                rc = -1;
            }
        }

        if (rc == 1 && fds[0].revents) {
            rc = pyexec_serve_message(serve);
        }

    } while (rc == 1);

    /* A worker that died resets the connection: that is its end, too. */
    if (rc == -1 && errno != ECONNRESET && errno != EPIPE) {
        return -1;
    }

    pyexec_children_end();

    return 0;
}


/* As pyexec_wire_recv() does, returns 1, 0 at end of file, or -1. */
static int
pyexec_serve_message(pyexec_serve_t *serve)
{
    int                   rc, fds[PYEXEC_WIRE_NFDS];
    pyexec_wire_message_t message;

    rc = pyexec_wire_recv(serve->control, &message, fds);
    if (rc != 1) {
        return rc;
    }

    switch (message.type) {

    case PYEXEC_WIRE_SPAWN:
        return pyexec_serve_spawn(serve, message.run, fds) == -1 ? -1 : 1;

    case PYEXEC_WIRE_KILL:
        pyexec_serve_kill(serve, message.run);
        return 1;

    default:
        errno = EBADMSG;
        return -1;
    }
}


static int
pyexec_serve_spawn(pyexec_serve_t *serve, uint32_t run,
    int fds[PYEXEC_WIRE_NFDS])
{
    int                   i, rc, error;
    size_t                size;
    const char           *step;
    pyexec_serve_run_t   *runs;
    pyexec_wire_message_t failed;

    if (serve->nruns == serve->size) {
        size = serve->size ? 2 * serve->size : 16;

        runs = realloc(serve->runs, size * sizeof(pyexec_serve_run_t));
        if (runs == NULL) {
            return -1;
        }

        serve->runs = runs;
        serve->size = size;
    }

    runs = &serve->runs[serve->nruns];
    runs->run = run;

    rc = pyexec_serve_start(serve, runs, fds, &step);
    error = errno;

    for (i = 0; i < PYEXEC_WIRE_NFDS; i++) {
        (void) close(fds[i]);
    }

    if (rc == 0) {
        serve->nruns++;
        return 0;
    }

    memset(&failed, 0, sizeof(failed));
    failed.type = PYEXEC_WIRE_FAILED;
    failed.run = run;
    failed.error = error;
    snprintf(failed.step, sizeof(failed.step), "%s", step);

    return pyexec_wire_send(serve->control, &failed, NULL, 0);
}


static int
pyexec_serve_start(pyexec_serve_t *serve, pyexec_serve_run_t *run, int *fds,
    const char **step)
{
    int error;

    run->pid = -1;
    run->nest = NULL;
    run->cgroup.directory = -1;
    run->cgroup.events = -1;

    *step = "mmap";

    if (pyexec_report_create(&run->report) == -1) {
        return -1;
    }

    if (pyexec_isolation.mode == PYEXEC_ISOLATION_FULL) {
        run->nest = pyexec_nest_create();
    }

    if (run->nest != NULL || pyexec_isolation.mode != PYEXEC_ISOLATION_FULL) {
        *step = "a cgroup";

        if (!pyexec_isolation.cgroup
            || pyexec_cgroup_take(&run->cgroup) == 0)
        {
            run->pid = pyexec_serve_fork(serve, run, fds, step);
        }
    }

    if (run->pid == -1) {
        error = errno;
        pyexec_serve_free(run);
        errno = error;

        return -1;
    }

    pyexec_report_keep(&run->report);

    return 0;
}


static pid_t
pyexec_serve_fork(pyexec_serve_t *serve, pyexec_serve_run_t *run, int *fds,
    const char **step)
{
    int          error, plain;
    pid_t        pid, zygote;
    pyexec_run_t child = {
        .fds = fds,
        .script = -1,
        .mask = &serve->mask,
        .report = &run->report,
    };

    zygote = getpid();

    plain = serve->hooks != NULL && serve->hooks->plain_fork;

    if (!plain) {
        PyOS_BeforeFork();
    }

    if (run->nest != NULL) {
        pid = pyexec_nest_fork(run->nest, run->run, serve->control,
                               &run->report, &run->cgroup, &child.script,
                               step);

    } else {
        *step = "fork";
        pid = run->cgroup.directory == -1 ? fork()
                                          : pyexec_cgroup_fork(&run->cgroup);
        child.zygote = zygote;
    }

    if (pid == 0) {
        pyexec_warm();

        if (!plain) {
            PyOS_AfterFork_Child();
        }

        if (fds == NULL) {
            pyexec_run_probe(&child);
        }

        pyexec_run(&child, serve->hooks);
    }

    if (!plain) {
        error = errno;
        PyOS_AfterFork_Parent();
        errno = error;
    }

    return pid;
}


static void
pyexec_serve_free(pyexec_serve_run_t *run)
{
    pyexec_report_free(&run->report);
    pyexec_cgroup_done(&run->cgroup);

    if (run->nest != NULL) {
        pyexec_nest_free(run->nest);
    }
}


int
pyexec_serve_probe(const char **step)
{
    int                   error, status;
    static char           failed[sizeof(((pyexec_report_failure_t *) 0)->step)];
    pyexec_serve_t        serve = { .control = -1 };
    pyexec_serve_run_t    run = { .run = 0 };

    if (pyexec_serve_start(&serve, &run, NULL, step) == -1) {
        return -1;
    }

    *step = "waitpid";

    while (waitpid(run.pid, &status, 0) == -1) {
        if (errno != EINTR) {
            return -1;
        }
    }

    error = run.report.failure->failed;

    if (error) {
        memcpy(failed, run.report.failure->step, sizeof(failed));
        *step = failed;

    } else if (run.nest != NULL) {
        (void) pyexec_nest_ended(run.nest, &run.end);
        status = run.end.status;
    }

    if (error == 0 && status != 0) {
        *step = "a process of its own";
        error = WIFSIGNALED(status) ? EPERM : ECHILD;
    }

    pyexec_serve_free(&run);

    errno = error;

    return error ? -1 : 0;
}


static void
pyexec_serve_kill(pyexec_serve_t *serve, uint32_t run)
{
    size_t i;

    for (i = 0; i < serve->nruns; i++) {

        /* A zombie that is not reaped yet still owns its process id. */
        if (serve->runs[i].run == run && serve->runs[i].pid) {
            if (serve->runs[i].nest != NULL) {
                pyexec_nest_kill(serve->runs[i].pid);

            } else {
                (void) kill(-serve->runs[i].pid, SIGKILL);
                (void) kill(serve->runs[i].pid, SIGKILL);
            }

            return;
        }
    }
}


static int
pyexec_serve_reap(pyexec_serve_t *serve)
{
    int           strays, status;
    pid_t         pid;
    struct rusage usage;

    while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
        pyexec_serve_ended(serve, pid, status, &usage);
    }

    if (serve->nending == 0) {
        return 0;
    }

    if (pyexec_isolation.mode == PYEXEC_ISOLATION_FULL) {
        return pyexec_serve_report(serve);
    }

    /*
     * A child that is no run's process belongs to a run that ended: it became
     * ours when that run's process, a subreaper itself, died.
     */
    strays = pyexec_children_kill(pyexec_serve_is_run);

    /* While any of them is dying, its SIGCHLD brings us here again. */
    return strays == 0 ? pyexec_serve_report(serve) : strays > 0 ? 0 : -1;
}


static void
pyexec_serve_ended(pyexec_serve_t *serve, pid_t pid, int status,
    const struct rusage *usage)
{
    uint64_t               cpu_time;
    struct timespec        now;
    pyexec_serve_run_t    *run;
    pyexec_wire_message_t *end;

    cpu_time = (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000ULL
               + usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;

    run = pyexec_serve_find(serve, pid);

    if (run == NULL) {
        /* What an ending run left behind. */
        run = pyexec_serve_find(serve, 0);

        if (run != NULL) {
            run->end.cpu_time += cpu_time;
        }

        return;
    }

    run->pid = 0;
    serve->nending++;

    end = &run->end;
    memset(end, 0, sizeof(pyexec_wire_message_t));

    /* Who was not killed has told of the end already. */

    if (run->nest != NULL && pyexec_nest_ended(run->nest, end)) {
        end->type = 0;
        return;
    }

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    end->type = PYEXEC_WIRE_ENDED;
    end->run = run->run;
    end->status = status;
    end->cpu_time = cpu_time;
    end->memory = usage->ru_maxrss * 1024ULL;
    end->ended = now.tv_sec * 1000000000ULL + now.tv_nsec;

    pyexec_report_apply(&run->report, end);

    if (pyexec_cgroup_out_of_memory(&run->cgroup)) {
        end->flags |= PYEXEC_WIRE_OUT_OF_MEMORY;
    }
}


static int
pyexec_serve_report(pyexec_serve_t *serve)
{
    size_t i = 0;

    while (i < serve->nruns) {

        if (serve->runs[i].pid) {
            i++;
            continue;
        }

        if (serve->runs[i].end.type
            && pyexec_wire_send(serve->control, &serve->runs[i].end, NULL, 0)
               == -1)
        {
            return -1;
        }

        pyexec_serve_free(&serve->runs[i]);
        serve->runs[i] = serve->runs[--serve->nruns];
        serve->nending--;
    }

    return 0;
}


static pyexec_serve_run_t *
pyexec_serve_find(pyexec_serve_t *serve, pid_t pid)
{
    size_t i;

    for (i = 0; i < serve->nruns; i++) {
        if (serve->runs[i].pid == pid) {
            return &serve->runs[i];
        }
    }

    return NULL;
}


static int
pyexec_serve_is_run(pid_t pid)
{
    return pyexec_serve_find(&pyexec_serving, pid) != NULL;
}
