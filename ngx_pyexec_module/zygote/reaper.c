#define _GNU_SOURCE

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "children.h"
#include "reaper.h"
#include "sandbox/cgroup.h"
#include "sandbox/without.h"


/* nginx takes exit code 2 of a child for "cannot be respawned". */
#define PYEXEC_REAPER_ZYGOTE_DIED  1


static void pyexec_reaper_watch(pid_t zygote) __attribute__((noreturn));
static void pyexec_reaper_end(pid_t zygote, int status)
    __attribute__((noreturn));


int
pyexec_reaper_fork(int control)
{
    pid_t    parent, zygote;
    sigset_t set, none;

    parent = getppid();

    /* For good, for all that comes after it. */

    if (!pyexec_without("nnp")
        && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
    {
        return -1;
    }

    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == -1
        || prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) == -1)
    {
        return -1;
    }

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGQUIT);
    sigaddset(&set, SIGTERM);

    sigemptyset(&none);

    if (sigprocmask(SIG_BLOCK, &set, NULL) == -1) {
        return -1;
    }

    /* The worker died before PR_SET_PDEATHSIG could tell. */
    if (getppid() != parent) {
        _exit(0);
    }

    parent = getpid();
    zygote = fork();

    if (zygote == 0) {
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        (void) prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        (void) prctl(PR_SET_NAME, "pyexec-zygote", 0, 0, 0);

        if (getppid() != parent) {
            _exit(0);
        }

        return 0;
    }

    if (zygote == -1) {
        return -1;
    }

    (void) close(control);
    (void) prctl(PR_SET_NAME, "pyexec-reaper", 0, 0, 0);

    pyexec_reaper_watch(zygote);
}


static void
pyexec_reaper_watch(pid_t zygote)
{
    int      sig, status;
    pid_t    pid;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGQUIT);
    sigaddset(&set, SIGTERM);

    for ( ;; ) {
        sig = sigwaitinfo(&set, NULL);

        if (sig == -1) {
            continue;
        }

        while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
            if (pid == zygote) {
                pyexec_reaper_end(zygote, status);
            }
        }

        if (sig != SIGCHLD) {
            /* The worker is gone, or wants the zygote gone. */
            pyexec_children_end();
            pyexec_cgroup_end();
            _exit(0);
        }
    }
}


static void
pyexec_reaper_end(pid_t zygote, int status)
{
    pyexec_children_end();
    pyexec_cgroup_end();

    if (WIFSIGNALED(status)) {
        dprintf(STDERR_FILENO, "zygote %d was killed by signal %d\n",
                (int) zygote, WTERMSIG(status));
        _exit(PYEXEC_REAPER_ZYGOTE_DIED);
    }

    _exit(WEXITSTATUS(status) ? PYEXEC_REAPER_ZYGOTE_DIED : 0);
}
