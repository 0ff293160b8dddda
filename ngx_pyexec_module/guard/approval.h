/*
 * The import that is being carried out in this thread by right.  An import
 * calls other functions that import: those of the import system, and C code
 * for the frame whose import it is.  They may import this root, and nothing
 * else by that right.
 */

#ifndef PYEXEC_GUARD_APPROVAL_H
#define PYEXEC_GUARD_APPROVAL_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "roots.h"


typedef struct {
    PyObject            *frame;     /* whose import it is, while it runs */
    pyexec_guard_root_t *root;      /* NULL: none is being carried out */
    PyObject            *shared;    /* the path that may be loaded, or NULL */
} pyexec_guard_approval_t;


/* Each thread has its own: imports of threads do not nest. */
extern __thread pyexec_guard_approval_t pyexec_guard_approval;


#endif /* PYEXEC_GUARD_APPROVAL_H */
