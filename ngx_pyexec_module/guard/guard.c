#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "guard.h"
#include "state.h"
#include "../zygote/sandbox/without.h"


pyexec_guard_state_t pyexec_guard;


int
pyexec_guard_install(PyObject *allow, PyObject *libraries, PyObject *loaders,
    int writable)
{
    pyexec_guard.allow = allow == Py_None ? NULL : allow;
    pyexec_guard.libraries = libraries;
    pyexec_guard.loaders = loaders;
    pyexec_guard.writable = writable;

    Py_XINCREF(pyexec_guard.allow);
    Py_INCREF(libraries);
    Py_INCREF(loaders);

    if (pyexec_guard_imports_install() == -1) {
        return -1;
    }

    return pyexec_guard_operations_install();
}


void
pyexec_guard_begin(void)
{
    pyexec_guard.active = !pyexec_without("guard");
}


pyexec_guard_owner_t
pyexec_guard_owner(PyObject *frame)
{
    PyObject     *code, *name;
    pyexec_guard_owner_t owner = PYEXEC_GUARD_PROGRAM;

    if (frame == NULL) {
        return PYEXEC_GUARD_PROGRAM;
    }

    code = (PyObject *) PyFrame_GetCode((PyFrameObject *) frame);
    name = PyObject_GetAttrString(code, "co_filename");

    if (name != NULL && pyexec_guard_starts(name, pyexec_guard.loaders)) {
        owner = PYEXEC_GUARD_LOADER;

    } else if (name != NULL
               && pyexec_guard_starts(name, pyexec_guard.libraries))
    {
        owner = PYEXEC_GUARD_LIBRARY;
    }

    Py_XDECREF(name);
    Py_DECREF(code);
    PyErr_Clear();

    return owner;
}


int
pyexec_guard_starts(PyObject *text, PyObject *prefixes)
{
    Py_ssize_t i, n;

    n = PyTuple_Size(prefixes);

    for (i = 0; i < n; i++) {
        if (PyUnicode_Tailmatch(text, PyTuple_GetItem(prefixes, i), 0,
                                PY_SSIZE_T_MAX, -1)
            == 1)
        {
            return 1;
        }
    }

    return 0;
}
