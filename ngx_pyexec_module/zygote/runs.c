#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "children.h"
#include "runs.h"
#include "sandbox/figures.h"
#include "sandbox/isolation.h"


/* More than most zygotes ever have at a time; it doubles. */
#define PYEXEC_RUNS_SIZE  16


/* A child that has ended. */
typedef struct {
    pid_t         pid;
    pid_t         session;      /* without a nest */
    int           status;
    struct rusage usage;
} pyexec_runs_dead_t;


/* For pyexec_runs_is_run(), which gets no data of its own. */
static const pyexec_runs_t *pyexec_runs_reaped;


static int pyexec_runs_grow(pyexec_runs_t *runs);
static pid_t pyexec_runs_start(pyexec_runs_t *runs, pyexec_run_t *run,
    int *fds, const char **step);
static int pyexec_runs_wait(pyexec_runs_dead_t *dead);
static void pyexec_runs_ended(pyexec_runs_t *runs,
    const pyexec_runs_dead_t *dead);
static int pyexec_runs_tell(pyexec_runs_t *runs);
static pyexec_run_t *pyexec_runs_find(const pyexec_runs_t *runs, pid_t pid);
static pyexec_run_t *pyexec_runs_owner(const pyexec_runs_t *runs,
    pid_t session);
static int pyexec_runs_is_run(pid_t pid);


int
pyexec_runs_spawn(pyexec_runs_t *runs, uint32_t id,
    int fds[PYEXEC_WIRE_NFDS])
{
    int                   i, error;
    pid_t                 pid;
    const char           *step;
    pyexec_run_t         *run;
    pyexec_wire_message_t failed;

    if (pyexec_runs_grow(runs) == -1) {
        return -1;
    }

    run = &runs->run[runs->n];
    run->id = id;

    pid = pyexec_runs_start(runs, run, fds, &step);
    error = errno;

    for (i = 0; i < PYEXEC_WIRE_NFDS; i++) {
        (void) close(fds[i]);
    }

    if (pid != -1) {
        runs->n++;
        return 0;
    }

    memset(&failed, 0, sizeof(failed));
    failed.type = PYEXEC_WIRE_FAILED;
    failed.run = id;
    failed.error = error;
    snprintf(failed.step, sizeof(failed.step), "%s", step);

    return pyexec_wire_send(runs->control, &failed, NULL, 0);
}


/* Makes room for one more. */

static int
pyexec_runs_grow(pyexec_runs_t *runs)
{
    size_t        size;
    pyexec_run_t *run;

    if (runs->n < runs->size) {
        return 0;
    }

    size = runs->size ? 2 * runs->size : PYEXEC_RUNS_SIZE;

    run = realloc(runs->run, size * sizeof(pyexec_run_t));
    if (run == NULL) {
        return -1;
    }

    runs->run = run;
    runs->size = size;

    return 0;
}


/* Does not return in the run. */

static pid_t
pyexec_runs_start(pyexec_runs_t *runs, pyexec_run_t *run, int *fds,
    const char **step)
{
    pid_t          pid, zygote;
    pyexec_child_t child = {
        .fds = fds,
        .mask = &runs->mask,
        .note = &run->note,
    };

    zygote = getpid();

    pid = pyexec_run_fork(run, runs->control, runs->hooks->plain_fork,
                          &child.script, step);
    if (pid != 0) {
        return pid;
    }

    child.zygote = run->nest == NULL ? zygote : 0;

    pyexec_child(&child, runs->hooks);
}


void
pyexec_runs_kill(pyexec_runs_t *runs, uint32_t id)
{
    size_t        i;
    pyexec_run_t *run;

    for (i = 0; i < runs->n; i++) {
        run = &runs->run[i];

        /* A zombie that is not reaped yet still owns its process id. */
        if (run->id == id && run->pid) {
            if (run->nest != NULL) {
                pyexec_nest_kill(run->pid);

            } else {
                (void) kill(-run->pid, SIGKILL);
                (void) kill(run->pid, SIGKILL);
            }

            return;
        }
    }
}


int
pyexec_runs_reap(pyexec_runs_t *runs)
{
    int                strays;
    pyexec_runs_dead_t dead;

    while (pyexec_runs_wait(&dead)) {
        pyexec_runs_ended(runs, &dead);
    }

    if (runs->nending == 0) {
        return 0;
    }

    if (pyexec_isolation.mode == PYEXEC_ISOLATION_FULL) {
        return pyexec_runs_tell(runs);
    }

    /*
     * A child that is no run's process belongs to a run that ended: it became
     * ours when that run's process, a subreaper itself, died.
     */
    pyexec_runs_reaped = runs;
    strays = pyexec_children_kill(pyexec_runs_is_run);

    /* While any of them is dying, its SIGCHLD brings us here again. */
    return strays == 0 ? pyexec_runs_tell(runs) : strays > 0 ? 0 : -1;
}


/*
 * Takes one child that has ended; 0 when there is none.  Until it is reaped,
 * what a run left behind still says in which session it was.
 */

static int
pyexec_runs_wait(pyexec_runs_dead_t *dead)
{
    pid_t     pid = -1;
    siginfo_t info;

    dead->session = -1;

    if (pyexec_isolation.mode != PYEXEC_ISOLATION_FULL) {
        info.si_pid = 0;

        if (waitid(P_ALL, 0, &info, WEXITED|WNOHANG|WNOWAIT) == -1
            || info.si_pid == 0)
        {
            return 0;
        }

        pid = info.si_pid;
        dead->session = getsid(pid);
    }

    dead->pid = wait4(pid, &dead->status, WNOHANG, &dead->usage);

    return dead->pid > 0;
}


static void
pyexec_runs_ended(pyexec_runs_t *runs, const pyexec_runs_dead_t *dead)
{
    pyexec_run_t         *run;
    pyexec_wire_message_t told;

    run = pyexec_runs_find(runs, dead->pid);

    if (run == NULL) {
        run = pyexec_runs_owner(runs, dead->session);

        if (run != NULL) {
            pyexec_figures_add(&run->end, &dead->usage);
        }

        return;
    }

    run->pid = 0;
    runs->nending++;

    /* A process 1 that was not killed has told of the end already. */

    if (run->nest != NULL && pyexec_nest_ended(run->nest, &told)) {
        return;
    }

    pyexec_figures_add(&run->end, &dead->usage);
    pyexec_figures_end(&run->end, run->id, dead->status);
    pyexec_figures_why(&run->end, &run->note, &run->cgroup);
}


static int
pyexec_runs_tell(pyexec_runs_t *runs)
{
    size_t i = 0;

    while (i < runs->n) {

        if (runs->run[i].pid) {
            i++;
            continue;
        }

        if (runs->run[i].end.type
            && pyexec_wire_send(runs->control, &runs->run[i].end, NULL, 0)
               == -1)
        {
            return -1;
        }

        pyexec_run_free(&runs->run[i]);
        runs->run[i] = runs->run[--runs->n];
        runs->nending--;
    }

    return 0;
}


static pyexec_run_t *
pyexec_runs_find(const pyexec_runs_t *runs, pid_t pid)
{
    size_t i;

    for (i = 0; i < runs->n; i++) {
        if (runs->run[i].pid == pid) {
            return &runs->run[i];
        }
    }

    return NULL;
}


/*
 * Whose stray it was: every run has a session, which is not used again while
 * one of its processes lives.  One that has left its session is of the run
 * that has ended, if that is only one; it is better told of nobody than of
 * another.
 */

static pyexec_run_t *
pyexec_runs_owner(const pyexec_runs_t *runs, pid_t session)
{
    size_t i;

    for (i = 0; i < runs->n; i++) {
        if (runs->run[i].session == session) {
            return &runs->run[i];
        }
    }

    return runs->nending == 1 ? pyexec_runs_find(runs, 0) : NULL;
}


static int
pyexec_runs_is_run(pid_t pid)
{
    return pyexec_runs_find(pyexec_runs_reaped, pid) != NULL;
}
