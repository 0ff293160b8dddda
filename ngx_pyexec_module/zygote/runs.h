/*
 * All runs of a zygote: who is started, killed and reaped, and what is told
 * of their ends.
 */

#ifndef PYEXEC_RUNS_H
#define PYEXEC_RUNS_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "../wire/wire.h"
#include "python/main.h"
#include "run.h"


/* To be set to zero but for the first three. */
typedef struct {
    int                        control; /* where ends are told */
    sigset_t                   mask;    /* the signal mask of a program */
    const pyexec_main_hooks_t *hooks;

    pyexec_run_t              *run;     /* in no order */
    size_t                     n;
    size_t                     size;
    size_t                     nending; /* whose process is reaped */
} pyexec_runs_t;


/*
 * Starts a run, or tells that it failed.  The descriptors are the run's, and
 * closed here.  Returns 0, or -1 with errno when the zygote cannot go on.
 */
int pyexec_runs_spawn(pyexec_runs_t *runs, uint32_t id,
    int fds[PYEXEC_WIRE_NFDS]);

/* Kills a run and, in full isolation, all that it started; if it is there. */
void pyexec_runs_kill(pyexec_runs_t *runs, uint32_t id);

/*
 * After a SIGCHLD: reaps who has ended, kills what it left, and tells of the
 * end of those of whom nothing is left.  Returns as above.
 */
int pyexec_runs_reap(pyexec_runs_t *runs);


#endif /* PYEXEC_RUNS_H */
