/*
 * The interpreter hands its own function that imports on to Python code of the
 * import system, whose frames a program can look into: it gets the guard of
 * that function instead.
 */

#ifndef PYEXEC_GUARD_FROMLIST_H
#define PYEXEC_GUARD_FROMLIST_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>


/*
 * Puts a function in the place of the import system's _handle_fromlist().
 * "original" is what the interpreter hands on, "guard" what is handed on in
 * its place.  Returns -1 with a Python exception.
 */
int pyexec_guard_fromlist_install(PyObject *original, PyObject *guard);
void pyexec_guard_fromlist_begin(void);

/*
 * A new tuple of the same arguments, with the guard at "index"; NULL with a
 * Python exception.
 */
PyObject *pyexec_guard_fromlist_hand(PyObject *args, Py_ssize_t index);


#endif /* PYEXEC_GUARD_FROMLIST_H */
