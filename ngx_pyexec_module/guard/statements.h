/*
 * The import statements of code: an import that has the shape of one is one
 * only if the code has it.
 */

#ifndef PYEXEC_GUARD_STATEMENTS_H
#define PYEXEC_GUARD_STATEMENTS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>


/* Returns -1 with a Python exception. */
int pyexec_guard_statements_install(void);

/*
 * Whether a statement of the code imports this name: the very object, for the
 * interpreter hands on what the code has.  The first remembers what it found
 * and is for code that is never freed.  Both set no exception.
 */
int pyexec_guard_statements_have(PyObject *code, PyObject *name);
int pyexec_guard_statements_of(PyObject *code, PyObject *name);


#endif /* PYEXEC_GUARD_STATEMENTS_H */
