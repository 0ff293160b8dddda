/*
 * The file system that a zygote and its runs see: read-only mounts of what
 * Python needs, under a root that holds nothing else.
 */

#ifndef PYEXEC_VIEW_H
#define PYEXEC_VIEW_H

#include <stddef.h>


/* Where a run finds its program, and its scratch space if it has one. */
#define PYEXEC_VIEW_SCRIPT   "/script"
#define PYEXEC_VIEW_SCRATCH  "/scratch"

/* An empty directory, to cover what cannot be had. */
#define PYEXEC_VIEW_EMPTY    "/empty"


typedef enum {
    PYEXEC_VIEW_UNDECIDED,      /* an error */
    PYEXEC_VIEW_BIND,           /* what the host has at that path */
    PYEXEC_VIEW_DIRECTORY,      /* an empty one */
    PYEXEC_VIEW_FILE,           /* one that holds "content" */
    PYEXEC_VIEW_LINK,           /* a symbolic link to "content", relative */
    PYEXEC_VIEW_WRITABLE,       /* an empty one for the zygote to write to */
    PYEXEC_VIEW_HIDE            /* an empty one over a bound one, if any */
} pyexec_view_type_t;


typedef struct {
    pyexec_view_type_t type;
    const char        *path;    /* absolute, without ".." */
    const char        *content;
} pyexec_view_entry_t;


/*
 * Moves the calling process into user, mount, ipc, uts and cgroup namespaces
 * of its own, and a network namespace unless it is to have the network.  It
 * must have one thread and must not be root.  It has all capabilities of the
 * new user namespace then.  Returns 0, or -1 with errno and "*step".
 */
int pyexec_view_unshare(const char **step);

/*
 * Then: makes the entries, in their order, the whole file system of the
 * process.  What one binds and the host does not have is left out.  Returns
 * as above.
 */
int pyexec_view_enter(const pyexec_view_entry_t *entries, size_t nentries,
    const char **step);


#endif /* PYEXEC_VIEW_H */
