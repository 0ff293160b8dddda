/*
 * Whose code it is.  A library's code is what was in memory before the first
 * program, and what is found in the file of a library whose import was
 * approved: each code object is known by its address.  All other code is the
 * program's, whatever name it bears and whoever runs it.
 */

#ifndef PYEXEC_GUARD_WHOSE_H
#define PYEXEC_GUARD_WHOSE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "places.h"
#include "roots.h"


typedef struct {
    pyexec_guard_kind_t  kind;
    pyexec_guard_root_t *root;      /* NULL where it is the program's */
} pyexec_guard_owner_t;


/*
 * Takes the code of all functions in memory as that of libraries, those in no
 * library's place excepted.  Returns -1 with a Python exception.
 */
int pyexec_guard_whose_install(void);

/*
 * The same for the code of one function, before pyexec_guard_whose_install();
 * one in C has none.
 */
int pyexec_guard_whose_function(PyObject *function);

/* Never NULL, sets no exception.  Either may be NULL: the program's. */
const pyexec_guard_owner_t *pyexec_guard_whose_code(PyObject *code);
const pyexec_guard_owner_t *pyexec_guard_whose_frame(PyObject *frame);

/*
 * Code that pyexec_guard_load() has given: it is that of the library in whose
 * place its file is, where that was imported by right.
 */
void pyexec_guard_whose_loaded(PyObject *code);

/*
 * Whether code is in the place of a library, by the name of its file alone:
 * enough where nothing depends on it.
 */
int pyexec_guard_looks_like_library(PyObject *code);

/*
 * The code of the whole file that code is from, read anew: a new reference, or
 * NULL.  Sets no exception.
 */
PyObject *pyexec_guard_whole_file(PyObject *code);

/* New references: the code of a frame; the one that called it, or NULL. */
PyObject *pyexec_guard_frame_code(PyObject *frame);
PyObject *pyexec_guard_frame_back(PyObject *frame);

/* Whether the name of the code is "name". */
int pyexec_guard_code_is_named(PyObject *code, const char *name);


#endif /* PYEXEC_GUARD_WHOSE_H */
