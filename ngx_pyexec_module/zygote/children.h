/*
 * The direct children of this process, as the kernel lists them.  A zygote
 * and its reaper are subreapers: what a run leaves behind becomes their
 * direct child.
 */

#ifndef PYEXEC_CHILDREN_H
#define PYEXEC_CHILDREN_H

#include <sys/types.h>


/*
 * Sends SIGKILL to every direct child of the calling thread for which
 * "spare" (may be NULL) returns 0.  Returns how many were signalled, or -1
 * with errno where the kernel lists no children (CONFIG_PROC_CHILDREN).
 */
int pyexec_children_kill(int (*spare)(pid_t pid));

/* Kills and reaps until there is no child left. */
void pyexec_children_end(void);


#endif /* PYEXEC_CHILDREN_H */
