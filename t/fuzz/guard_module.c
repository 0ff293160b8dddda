/*
 * The guard alone, as a Python extension: a process of its own is held to the
 * policy, for what would take a server too long.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "guard/guard.h"


/* (allow, standard, packages, writable), as the zygote gives them. */

static PyObject *
guarded_hold(PyObject *Py_UNUSED(module), PyObject *args)
{
    int       writable;
    PyObject *allow, *packages, *standard;

    if (!PyArg_ParseTuple(args, "OO!O!p:hold", &allow,
                          &PyTuple_Type, &standard,
                          &PyTuple_Type, &packages, &writable)
        || pyexec_guard_install(allow, standard, packages, writable) == -1)
    {
        return NULL;
    }

    pyexec_guard_begin();

    Py_RETURN_NONE;
}


static PyMethodDef guarded_methods[] = {
    { "hold", guarded_hold, METH_VARARGS,
      "hold(allow, standard, packages, writable)\n--\n\n"
      "Hold this process to the policy from now on." },
    { NULL, NULL, 0, NULL }
};


static struct PyModuleDef guarded_module = {
    PyModuleDef_HEAD_INIT, "guarded", NULL, -1, guarded_methods,
    NULL, NULL, NULL, NULL
};


PyMODINIT_FUNC
PyInit_guarded(void)
{
    return PyModule_Create(&guarded_module);
}
