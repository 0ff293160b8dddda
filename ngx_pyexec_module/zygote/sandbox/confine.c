#define _GNU_SOURCE

#include <errno.h>
#include <sys/prctl.h>

#include "confine.h"
#include "filter.h"
#include "isolation.h"
#include "landlock.h"
#include "limits.h"
#include "without.h"


int
pyexec_confine_prepare(const char *const *paths, size_t npaths,
    const char **step)
{
    pyexec_filter_options_t options = {
        .processes = pyexec_isolation.processes_allowed,
        .network = pyexec_isolation.network,
        .signals = pyexec_isolation.mode == PYEXEC_ISOLATION_FULL,
        .scratch = pyexec_isolation.scratch != 0,
    };

    *step = "the mode of isolation";

    if (pyexec_isolation.mode == PYEXEC_ISOLATION_UNDECIDED) {
        errno = EINVAL;
        return -1;
    }

    *step = "/proc/self/statm";

    if (pyexec_limits_prepare() == -1) {
        return -1;
    }

    if (pyexec_isolation.mode == PYEXEC_ISOLATION_OFF) {
        return 0;
    }

    *step = "landlock";

    if (pyexec_landlock_prepare(paths, npaths) == -1) {
        return -1;
    }

    *step = "seccomp";

    if (pyexec_filter_build(&options, step) == -1) {
        return -1;
    }

    if (pyexec_without("seccomp")) {
        return 0;
    }

    /* Most of what a run is denied it inherits, which takes it no time. */

    *step = "no_new_privs";

    if (!pyexec_without("nnp")
        && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
    {
        return -1;
    }

    *step = "seccomp";

    return pyexec_filter_install_base();
}


int
pyexec_confine(const char **step)
{
    *step = "no_new_privs";

    if (!pyexec_without("nnp")
        && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
    {
        return -1;
    }

    if (pyexec_limits_enter(step) == -1) {
        return -1;
    }

    if (pyexec_isolation.mode == PYEXEC_ISOLATION_OFF) {
        return 0;
    }

    *step = "dumpable";

    if (!pyexec_without("dumpable")
        && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
    {
        return -1;
    }

    *step = "landlock";

    if (pyexec_landlock_enter() == -1) {
        return -1;
    }

    *step = "seccomp";

    return pyexec_without("seccomp") ? 0 : pyexec_filter_install();
}
