/*
 * Who may import what: the decision, without its consequences.
 */

#ifndef PYEXEC_GUARD_RIGHTS_H
#define PYEXEC_GUARD_RIGHTS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "roots.h"


/* How a function is told what to import. */
typedef enum {
    PYEXEC_GUARD_BY_NAME,
    PYEXEC_GUARD_BY_SPEC,       /* of a module that has been found already */
    PYEXEC_GUARD_BY_OBJECT      /* native code, as the specification says */
} pyexec_guard_way_t;


typedef struct {
    PyObject           *frame;      /* the innermost one, or NULL */
    const char         *root;       /* of the name that is asked for */
    size_t              len;
    long                level;      /* of a relative import */
    pyexec_guard_way_t  way;

    /*
     * Where it has the shape of an import statement, the name, which a
     * statement takes from its own code; and whether it has that of C code.
     */
    PyObject           *statement;
    int                 native;
} pyexec_guard_request_t;


/*
 * Returns the root that may be imported, NULL where none may be.  For a
 * relative import it is the one of the frame's own package.  Sets no
 * exception.
 */
pyexec_guard_root_t *pyexec_guard_right(const pyexec_guard_request_t *request);

/*
 * Names of functions that import, and whether an object is one of them: code
 * of a library that uses such a name or object means to import.  Returns -1
 * with a Python exception.
 */
int pyexec_guard_rights_install(const char *const *names, size_t n,
    int (*is_importer)(PyObject *object));


#endif /* PYEXEC_GUARD_RIGHTS_H */
