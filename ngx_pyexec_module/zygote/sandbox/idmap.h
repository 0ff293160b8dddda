/*
 * Who the processes of a user namespace are outside of it.
 */

#ifndef PYEXEC_IDMAP_H
#define PYEXEC_IDMAP_H

#include <sys/types.h>


/*
 * In a process that has just come into a user namespace of its own, is
 * dumpable, and must not set groups: it keeps the ids that it had outside,
 * "uid" and "gid".  Returns 0, or -1 with errno.
 */
int pyexec_idmap_keep(uid_t uid, gid_t gid);


#endif /* PYEXEC_IDMAP_H */
