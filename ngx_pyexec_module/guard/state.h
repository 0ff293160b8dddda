/*
 * What the two parts of the guard, imports and operations, share.
 */

#ifndef PYEXEC_GUARD_STATE_H
#define PYEXEC_GUARD_STATE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>


/* Whose code runs. */
typedef enum {
    PYEXEC_GUARD_PROGRAM,
    PYEXEC_GUARD_LIBRARY,
    PYEXEC_GUARD_LOADER
} pyexec_guard_owner_t;


typedef struct {
    PyObject *allow;            /* a set; NULL: any */
    PyObject *libraries;
    PyObject *loaders;
    int       writable;
    int       active;
} pyexec_guard_state_t;


extern pyexec_guard_state_t pyexec_guard;


/* By the file name of a frame's code; no frame at all is the program's. */
pyexec_guard_owner_t pyexec_guard_owner(PyObject *frame);

/* Whether a text starts with one of a tuple of prefixes. */
int pyexec_guard_starts(PyObject *text, PyObject *prefixes);

/* Both return -1 with a Python exception. */
int pyexec_guard_imports_install(void);
int pyexec_guard_operations_install(void);


#endif /* PYEXEC_GUARD_STATE_H */
