/*
 * The first names of modules, "os" of "os.path", and what is known of each.
 */

#ifndef PYEXEC_GUARD_ROOTS_H
#define PYEXEC_GUARD_ROOTS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>


typedef struct {
    const char *name;
    size_t      len;
    size_t      hash;
    int         allowed;    /* by the list: to the program, too */
    int         approved;   /* imported by right: its files are a library */
    int         native;     /* CPython's own C code imports it */
    int         data;       /* of CPython's own types; pickle has it */
} pyexec_guard_root_t;


/*
 * "allow" as pyexec_guard_install() has it, but not None.  What is in
 * sys.modules is approved.  Returns -1 with a Python exception.
 */
int pyexec_guard_roots_install(PyObject *allow);

/*
 * How much of a dotted name is its root, and the root of that name: NULL
 * when nothing is known of it.
 */
size_t pyexec_guard_root_len(const char *name, size_t len);
pyexec_guard_root_t *pyexec_guard_root_find(const char *root, size_t len);

/* Makes it where it is not known; NULL with a MemoryError. */
pyexec_guard_root_t *pyexec_guard_root_add(const char *root, size_t len);


#endif /* PYEXEC_GUARD_ROOTS_H */
