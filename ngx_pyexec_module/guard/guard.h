/*
 * The interpreter's half of the policy: the rules of policy/rules.h, with the
 * same words, for what exists only while a program runs.
 *
 * Imports go through a guard in place of the import functions; operations are
 * seen by an audit hook.  Both are C and hold what they know in C: Python
 * code can neither reach nor change it.
 *
 * Libraries import for themselves what they need.  Whose an import is, the
 * code object of the innermost Python frame tells: see whose.h.
 *
 * This header is the room's door.  Behind it, from the floor up: hidden, map,
 * roots, places; verify, whose, load; native, statements, arguments; rights,
 * fromlist, imports, exec, operations.
 */

#ifndef PYEXEC_GUARD_H
#define PYEXEC_GUARD_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>


/*
 * In the zygote, once, when all that is preloaded has been imported: what is
 * in memory now is the libraries' code.  Not yet active.
 *
 * "allow" is a set of the roots that may be imported, or None for any;
 * "standard" and "packages" are tuples of the directories of the standard
 * library and of installed packages; "writable" is true where files may be
 * opened for writing.  Returns -1 with a Python exception.
 */
int pyexec_guard_install(PyObject *allow, PyObject *standard,
    PyObject *packages, int writable);

/* From here on this process, and every one it forks, runs a program. */
void pyexec_guard_begin(void);


#endif /* PYEXEC_GUARD_H */
