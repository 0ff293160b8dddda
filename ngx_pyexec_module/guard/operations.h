/*
 * The audit hook: what a program does, or a library for it, other than import.
 */

#ifndef PYEXEC_GUARD_OPERATIONS_H
#define PYEXEC_GUARD_OPERATIONS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>


/*
 * Adds the hook; it refuses nothing until pyexec_guard_operations_begin().
 * "writable" as in guard.h.  Returns -1 with a Python exception.
 */
int pyexec_guard_operations_install(int writable);
void pyexec_guard_operations_begin(void);


#endif /* PYEXEC_GUARD_OPERATIONS_H */
