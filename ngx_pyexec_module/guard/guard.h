/*
 * The interpreter's half of the policy: the rules of policy/rules.h, with the
 * same words, for what exists only while a program runs.
 *
 * Imports go through a guard in place of the import functions; operations are
 * seen by an audit hook.  Both are C and hold what they know in C: Python
 * code can neither reach nor change it.
 *
 * Libraries import for themselves what they need.  Whose an import is, the
 * innermost Python frame tells: code from a library's file is a library's.
 */

#ifndef PYEXEC_GUARD_H
#define PYEXEC_GUARD_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>


/*
 * Installs the guard, not yet active.  "allow" is a set of the roots that may
 * be imported, or None for any; "libraries" a tuple of what the file names
 * of library code start with, "loaders" the same for the import system's own
 * code; "writable" is true where files may be opened for writing.  Returns -1
 * with a Python exception.
 */
int pyexec_guard_install(PyObject *allow, PyObject *libraries,
    PyObject *loaders, int writable);

/* From here on this process, and every one it forks, runs a program. */
void pyexec_guard_begin(void);


#endif /* PYEXEC_GUARD_H */
