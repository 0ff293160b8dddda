#include <errno.h>

#include "capabilities.h"
#include "isolation.h"
#include "leave.h"
#include "without.h"


int
pyexec_leave(const pyexec_view_entry_t *view, size_t n, const char **step)
{
    switch (pyexec_isolation.mode) {

    case PYEXEC_ISOLATION_OFF:
    case PYEXEC_ISOLATION_PROCESS:
        return 0;

    case PYEXEC_ISOLATION_FULL:
        break;

    default:
        *step = "the mode of isolation";
        errno = EINVAL;
        return -1;
    }

    if (pyexec_view_unshare(step) == -1) {
        return -1;
    }

    if (!pyexec_without("view") && pyexec_view_enter(view, n, step) == -1) {
        return -1;
    }

    /* Every run makes its namespaces with what a namespace gives it. */

    if (pyexec_without("userns") || pyexec_without("mount")
        || pyexec_without("view"))
    {
        return 0;
    }

    *step = "capset";

    return pyexec_capabilities_drop();
}
