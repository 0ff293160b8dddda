/*
 * The fork of a run into a space of its own, with a process 1 between it and
 * the zygote: the parent of the run, which reaps what it leaves behind and
 * tells how it ended.
 *
 * As process 1 the run itself would ignore the signals that it has no handler
 * for, and would wait for children that are not its own.
 */

#ifndef PYEXEC_NEST_H
#define PYEXEC_NEST_H

#include <stdint.h>
#include <sys/types.h>

#include "cgroup_runs.h"
#include "note.h"


typedef struct pyexec_nest_s pyexec_nest_t;


/* One for each run that is alive; NULL with errno. */
pyexec_nest_t *pyexec_nest_create(void);

/* When its process 1 has been waited for. */
void pyexec_nest_free(pyexec_nest_t *nest);

/*
 * Forks a run, as fork() does: returns 0 in it, and in the zygote the process
 * id of its process 1, or -1 with errno and "*step".  Should that process be
 * killed, the run and all that it started is.  The run finds "*script" open
 * for writing, the file that its program belongs in, in its working directory,
 * and all signals blocked.  It alone is in "cgroup", unless that is of -1s.
 *
 * When the run has finished, or when it has ended and all that it started is
 * gone, process 1 sends the message for "run" on the control socket, unless
 * "control" is -1.  It exits when nothing is left of the run.
 */
pid_t pyexec_nest_fork(pyexec_nest_t *nest, uint32_t run, int control,
    const pyexec_note_t *note, const pyexec_cgroup_run_t *cgroup,
    int *script, const char **step);

/*
 * Has a run killed, by what pyexec_nest_fork() returned; what it left goes
 * with it, and its end is told as any other.
 */
void pyexec_nest_kill(pid_t pid);

/*
 * After process 1 has been waited for: whether it ended by itself, with
 * "*end" for the message that it has sent or, without a control socket,
 * would have sent.
 */
int pyexec_nest_ended(const pyexec_nest_t *nest, pyexec_wire_message_t *end);


#endif /* PYEXEC_NEST_H */
