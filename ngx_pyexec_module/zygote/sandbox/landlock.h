/*
 * What a run may open, whatever the permissions say, and whom it may reach:
 * Landlock, of the newest kind that the kernel has.
 */

#ifndef PYEXEC_LANDLOCK_H
#define PYEXEC_LANDLOCK_H

#include <stddef.h>


/*
 * In the zygote.  "paths" are those that a run may read without namespaces;
 * in full isolation its view is what it may read.  Returns 0, or -1 with
 * errno: ENOSYS or EOPNOTSUPP where the kernel has no Landlock.
 */
int pyexec_landlock_prepare(const char *const *paths, size_t npaths);

/*
 * In a run, in its working directory: from here on the rules hold for it and
 * all that it starts.  Needs no_new_privs.  Returns 0, or -1 with errno.
 */
int pyexec_landlock_enter(void);


#endif /* PYEXEC_LANDLOCK_H */
