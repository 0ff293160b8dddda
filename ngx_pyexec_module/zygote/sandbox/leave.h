/*
 * How a zygote leaves the host, before it imports anything.
 */

#ifndef PYEXEC_LEAVE_H
#define PYEXEC_LEAVE_H

#include <stddef.h>

#include "view.h"


/*
 * Where the mode of isolation says so, moves this process into namespaces of
 * its own and a view of these entries, and gives up what it may do there.
 * Returns 0, or -1 with errno and "*step", which may be the path of an entry;
 * EINVAL for a mode that is none.
 */
int pyexec_leave(const pyexec_view_entry_t *view, size_t n,
    const char **step);


#endif /* PYEXEC_LEAVE_H */
