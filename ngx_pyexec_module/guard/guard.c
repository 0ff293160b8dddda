#include "guard.h"
#include "imports.h"
#include "load.h"
#include "operations.h"
#include "places.h"
#include "roots.h"
#include "verify.h"
#include "whose.h"


/* Every import is allowed: none is looked at. */
static int guard_any;


int
pyexec_guard_install(PyObject *allow, PyObject *standard, PyObject *packages,
    int writable)
{
    guard_any = allow == Py_None;

    if (pyexec_guard_places_install(standard, packages) == -1
        || pyexec_guard_verify_install() == -1
        || pyexec_guard_operations_install(writable) == -1)
    {
        return -1;
    }

    if (!guard_any
        && (pyexec_guard_roots_install(allow) == -1
            || pyexec_guard_imports_install() == -1
            || pyexec_guard_load_install() == -1))
    {
        return -1;
    }

    return pyexec_guard_whose_install();
}


void
pyexec_guard_begin(void)
{
    pyexec_guard_operations_begin();

    if (!guard_any) {
        pyexec_guard_imports_begin();
    }
}
