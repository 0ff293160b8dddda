/*
 * Where libraries lie: what the name of a file tells of the code in it.  A
 * name proves nothing, see verify.h.
 */

#ifndef PYEXEC_GUARD_PLACES_H
#define PYEXEC_GUARD_PLACES_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>


typedef enum {
    PYEXEC_GUARD_PROGRAM,
    PYEXEC_GUARD_PACKAGE,
    PYEXEC_GUARD_STANDARD,
    PYEXEC_GUARD_LOADER         /* the import system's part of the standard */
} pyexec_guard_kind_t;


typedef struct {
    pyexec_guard_kind_t kind;
    const char         *root;       /* points into the name of the file */
    size_t              root_len;
    const char         *frozen;     /* the module's name, or NULL */
    size_t              frozen_len;
} pyexec_guard_place_t;


/* Tuples of directories; returns -1 with a Python exception. */
int pyexec_guard_places_install(PyObject *standard, PyObject *packages);

/*
 * By the name of a source file, of a shared object, or "<frozen NAME>", in
 * UTF-8.  The kind is PYEXEC_GUARD_PROGRAM where it is none of a library, or
 * where "..", "." or an empty component may lead elsewhere.
 */
pyexec_guard_place_t pyexec_guard_place(const char *file, size_t len);


#endif /* PYEXEC_GUARD_PLACES_H */
