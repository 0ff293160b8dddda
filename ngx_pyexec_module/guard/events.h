/*
 * What is decided about single events of the audit hook.  All take the
 * event's arguments, a tuple, and return 0, or -1 with a PermissionError.
 */

#ifndef PYEXEC_GUARD_EVENTS_H
#define PYEXEC_GUARD_EVENTS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>


/* A module: (name, path, ...), with a path where it is a shared object. */
int pyexec_guard_import(PyObject *args);

/* A file is opened: (path, mode, flags). */
int pyexec_guard_open(PyObject *args);

/* Processes are started: by os, and by subprocess. */
int pyexec_guard_os_system(PyObject *args);
int pyexec_guard_os_exec(PyObject *args);
int pyexec_guard_os_posix_spawn(PyObject *args);
int pyexec_guard_os_fork(PyObject *args);
int pyexec_guard_popen(PyObject *args);


#endif /* PYEXEC_GUARD_EVENTS_H */
