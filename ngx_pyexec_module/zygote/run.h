/*
 * One run as its zygote sees it, from the fork to the end of all that it
 * started.  What its own process does is in child.h.
 */

#ifndef PYEXEC_RUN_H
#define PYEXEC_RUN_H

#include <stdint.h>
#include <sys/types.h>

#include "../wire/wire.h"
#include "sandbox/cgroup_runs.h"
#include "sandbox/nest.h"
#include "sandbox/note.h"


typedef struct {
    uint32_t              id;           /* chosen by the worker */
    pid_t                 pid;          /* 0: reaped */
    pid_t                 session;      /* what pid was */
    pyexec_note_t         note;
    pyexec_cgroup_run_t   cgroup;       /* of -1s: none */
    pyexec_nest_t        *nest;         /* in full isolation, else NULL */
    pyexec_wire_message_t end;
} pyexec_run_t;


/*
 * Forks a run, as fork() does, with a note, a cgroup and a nest as the
 * isolation has them: returns 0 in its process, with "*script" as
 * pyexec_nest_fork() gives it or -1, else a process id, or -1 with errno and
 * "*step".  "control" is for process 1 to tell of the end, "plain" for
 * pyexec_fork().  Sets all of "*run" but its id, which is the caller's.
 */
pid_t pyexec_run_fork(pyexec_run_t *run, int control, int plain, int *script,
    const char **step);

/* When its process has been waited for and nothing is left of it. */
void pyexec_run_free(pyexec_run_t *run);


#endif /* PYEXEC_RUN_H */
