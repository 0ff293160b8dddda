/*
 * Imports by C code.  C has no Python frame: what it imports looks like an
 * import of the frame that called it.  What C code it is, the stack tells:
 * the caller of the function of CPython's that imports.
 */

#ifndef PYEXEC_GUARD_NATIVE_H
#define PYEXEC_GUARD_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "places.h"


typedef enum {
    PYEXEC_GUARD_NOT_NATIVE,        /* Python code called */
    PYEXEC_GUARD_NATIVE_UNKNOWN,    /* the stack cannot be read */
    PYEXEC_GUARD_NATIVE_PYTHON,     /* the interpreter itself */
    PYEXEC_GUARD_NATIVE_DATA,       /* its functions that are given a name */
    PYEXEC_GUARD_NATIVE_LIBRARY     /* the shared object of a library */
} pyexec_guard_native_kind_t;


/*
 * Learns what the stack looks like where C code imports.  To be called when
 * the import functions are replaced.  Returns -1 with a Python exception.
 */
int pyexec_guard_native_install(void);

/*
 * To be called by each function that imports, while it learns: returns 1 when
 * it is such a call, and nothing else is to be done.
 */
int pyexec_guard_native_learns(void);

/*
 * Who called the function that imports from which it is called.  "place" is
 * that of the library's shared object, "file" and its length the memory that
 * it points into, at least PATH_MAX bytes.
 */
pyexec_guard_native_kind_t pyexec_guard_native(pyexec_guard_place_t *place,
    char *file, size_t len);


#endif /* PYEXEC_GUARD_NATIVE_H */
