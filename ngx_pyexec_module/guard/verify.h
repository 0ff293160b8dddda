/*
 * Whether code is what its file says.  The name of a file can be chosen, and
 * so can the way by which code came into being; its content cannot: a library
 * has the code that is in its file, and no other.
 */

#ifndef PYEXEC_GUARD_VERIFY_H
#define PYEXEC_GUARD_VERIFY_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "places.h"


/*
 * Keeps the functions that are needed, before a program can replace them.
 * Returns -1 with a Python exception.
 */
int pyexec_guard_verify_install(void);

/* Whether it is a code object, and nothing else. */
int pyexec_guard_is_code(PyObject *object);

/*
 * Whether "code", or all of it, is in the file of the name "file", an exact
 * str, whose place is "place".  Reads the compiled file, then the source;
 * costs about what loading the module did.  Sets no exception.
 */
int pyexec_guard_verify(PyObject *code, PyObject *file,
    const pyexec_guard_place_t *place);

/*
 * The code that "data" is when it is loaded, with "file" as its file's name,
 * where the compiled file of that name holds the same bytes: a new reference.
 * NULL where it does not, or where it is no code.  Costs a reading of the
 * file, and sets no exception.
 */
PyObject *pyexec_guard_load(PyObject *data, PyObject *file);

/*
 * The code of the whole file: a new reference, or NULL where it cannot be
 * read.  Costs the same, and sets no exception.
 */
PyObject *pyexec_guard_read_file(PyObject *file,
    const pyexec_guard_place_t *place);


#endif /* PYEXEC_GUARD_VERIFY_H */
