/*
 * The extension that makes a python3 a zygote.  It uses the limited API, so
 * that one build serves every CPython from 3.9 on.
 *
 * zygote.py drives it: supervise() right at the start, serve() when the
 * modules are imported.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"
#include "finish.h"
#include "guard.h"
#include "reaper.h"
#include "serve.h"


static PyObject *
zygote_supervise(PyObject *Py_UNUSED(module), PyObject *args)
{
    int control;

    if (!PyArg_ParseTuple(args, "i:supervise", &control)) {
        return NULL;
    }

    if (pyexec_reaper_fork(control) == -1) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }

    Py_RETURN_NONE;
}


static PyObject *
zygote_guard(PyObject *Py_UNUSED(module), PyObject *args)
{
    int       writable;
    PyObject *allow, *libraries, *loaders;

    if (!PyArg_ParseTuple(args, "OO!O!p:guard", &allow,
                          &PyTuple_Type, &libraries,
                          &PyTuple_Type, &loaders, &writable))
    {
        return NULL;
    }

    if (pyexec_guard_install(allow, libraries, loaders, writable) == -1) {
        return NULL;
    }

    Py_RETURN_NONE;
}


static PyObject *
zygote_serve(PyObject *Py_UNUSED(module), PyObject *args)
{
    int                    control;
    const char            *step;
    pyexec_program_hooks_t hooks;

    if (!PyArg_ParseTuple(args, "iOO:serve", &control, &hooks.prepare,
                          &hooks.enter))
    {
        return NULL;
    }

    if (pyexec_confine_prepare() == -1) {
        PySys_WriteStderr("Landlock is not available (%s): programs can make "
                          "and remove files where the worker's user can; "
                          "Linux 5.13 with CONFIG_SECURITY_LANDLOCK has it, "
                          "with \"landlock\" in the list of lsm=\n",
                          strerror(errno));
    }

    if (pyexec_finish_prepare() == -1) {
        return NULL;
    }

    if (pyexec_serve(control, &hooks, &step) == -1) {
        return PyErr_Format(PyExc_OSError, "%s: %s", step, strerror(errno));
    }

    /* Nothing of this heap needs to be torn down. */
    _exit(EXIT_SUCCESS);
}


static PyMethodDef zygote_methods[] = {
    {"supervise", zygote_supervise, METH_VARARGS,
     "supervise(control)\n--\n\n"
     "Continue in a child that a reaper outlives; it does not return there."},
    {"guard", zygote_guard, METH_VARARGS,
     "guard(allow, libraries, loaders, writable)\n--\n\n"
     "Hold every later run to the policy."},
    {"serve", zygote_serve, METH_VARARGS,
     "serve(control, prepare, enter)\n--\n\n"
     "Fork runs for the worker behind the control socket until it is closed."},
    {NULL, NULL, 0, NULL}
};


static PyModuleDef_Slot zygote_slots[] = {
    {0, NULL}
};


static struct PyModuleDef zygote_module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "pyexec_zygote",
    .m_methods = zygote_methods,
    .m_slots = zygote_slots,
};


PyMODINIT_FUNC
PyInit_pyexec_zygote(void)
{
    return PyModuleDef_Init(&zygote_module);
}
