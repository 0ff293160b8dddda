/*
 * A switch for the tests: each layer of the isolation can be taken away, to
 * show that it is that layer which holds.  Only a build with PYEXEC_TEST has
 * it; in any other the layers cannot be switched off.
 */

#ifndef PYEXEC_WITHOUT_H
#define PYEXEC_WITHOUT_H


/*
 * pyexec_without("LAYER") is true where the environment variable
 * PYEXEC_WITHOUT, a list of names with commas, has this layer:
 *
 *     guard       the interpreter's half of the policy
 *     userns pid mount net ipc uts cgroup
 *                 the namespace of that kind, the zygote's and the run's
 *     view        the read-only view of the file system
 *     proc        a /proc of the run's own
 *     landlock seccomp rlimits
 *     nnp         no_new_privs
 *     caps        the drop of all capabilities
 *     dumpable    the process is not dumpable
 */

#ifdef PYEXEC_TEST

#include <stdlib.h>
#include <string.h>


static inline int
pyexec_without(const char *layer)
{
    size_t      len = strlen(layer);
    const char *list = getenv("PYEXEC_WITHOUT");

    while (list != NULL) {
        if (strncmp(list, layer, len) == 0
            && (list[len] == ',' || list[len] == '\0'))
        {
            return 1;
        }

        list = strchr(list, ',');

        if (list != NULL) {
            list++;
        }
    }

    return 0;
}

#else

#define pyexec_without(layer)  0

#endif


#endif /* PYEXEC_WITHOUT_H */
