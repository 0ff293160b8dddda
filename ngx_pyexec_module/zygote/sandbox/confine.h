/*
 * The last steps of a run before its program: what it gives up for good.
 */

#ifndef PYEXEC_CONFINE_H
#define PYEXEC_CONFINE_H

#include <stddef.h>


/*
 * In the zygote, when all is imported; "paths" are those that runs may read
 * where they have no view of their own.  Returns 0, or -1 with errno and
 * "*step".
 */
int pyexec_confine_prepare(const char *const *paths, size_t npaths,
    const char **step);

/* In a run, in its working directory.  Returns 0, or -1 as above. */
int pyexec_confine(const char **step);


#endif /* PYEXEC_CONFINE_H */
