/*
 * What a run has used and how it ended, in the message that tells of its end.
 *
 * Process 1 of a run calls this, too: nothing here makes a call that could
 * write to errno.  All add to what is in the message.
 */

#ifndef PYEXEC_FIGURES_H
#define PYEXEC_FIGURES_H

#include <stdint.h>
#include <sys/resource.h>

#include "../../wire/wire.h"
#include "cgroup_runs.h"
#include "note.h"


/* What one of its processes has used. */
void pyexec_figures_add(pyexec_wire_message_t *end,
    const struct rusage *usage);

/* That its own process has ended now; "status" is as waitpid() gives it. */
void pyexec_figures_end(pyexec_wire_message_t *end, uint32_t run, int status);

/*
 * Last: what its note says, and whether a process of the cgroup, which may be
 * of -1s, was killed for want of memory.
 */
void pyexec_figures_why(pyexec_wire_message_t *end, const pyexec_note_t *note,
    const pyexec_cgroup_run_t *cgroup);


#endif /* PYEXEC_FIGURES_H */
