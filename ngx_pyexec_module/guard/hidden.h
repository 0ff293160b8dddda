/*
 * What the guard calls that the headers hide from an extension for every
 * CPython since 3.9: the stable ABI has these functions only in a later
 * version, but each CPython since 3.8 exports them, and with this signature.
 */

#ifndef PYEXEC_GUARD_HIDDEN_H
#define PYEXEC_GUARD_HIDDEN_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>


/* Stable since 3.13. */
PyAPI_FUNC(int) PySys_AddAuditHook(int (*hook)(const char *, PyObject *,
                                               void *), void *data);

/* Stable since 3.10. */
PyAPI_FUNC(const char *) PyUnicode_AsUTF8AndSize(PyObject *text,
                                                 Py_ssize_t *len);


#endif /* PYEXEC_GUARD_HIDDEN_H */
