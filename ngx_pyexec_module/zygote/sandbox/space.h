/*
 * What a run has of its own: the namespaces that its process 1 is cloned
 * into, and what process 1 makes in them before it forks the run.
 */

#ifndef PYEXEC_SPACE_H
#define PYEXEC_SPACE_H

#include <sys/types.h>


typedef struct {
    uid_t uid;                  /* of the zygote */
    gid_t gid;
    int   script;               /* open for writing, or -1: not made yet */
} pyexec_space_t;


/* What clone() is to make, as its flags. */
int pyexec_space_flags(void);

/*
 * In process 1: makes the rest, step by step.  It then is in the working
 * directory of the run, without any capability.  Returns 0 with a descriptor
 * of the run's script, or -1 with errno and "*step".
 */
int pyexec_space_enter(pyexec_space_t *space, const char **step);


#endif /* PYEXEC_SPACE_H */
