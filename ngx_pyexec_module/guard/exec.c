#include "events.h"
#include "exec.h"


#define GUARD_EXEC_MODULE    "_posixsubprocess"
#define GUARD_EXEC_FUNCTION  "fork_exec"


static int       guard_active;
static PyObject *guard_exec_original;


static int guard_exec_replace(PyObject *function);
static PyObject *guard_exec(PyObject *self, PyObject *args, PyObject *kwargs);


static PyMethodDef guard_exec_method = {
    GUARD_EXEC_FUNCTION, (PyCFunction) (void (*)(void)) guard_exec,
    METH_VARARGS|METH_KEYWORDS, NULL
};


int
pyexec_guard_exec_install(void)
{
    int       rc = -1;
    PyObject *function = NULL, *module, *name;

    module = PyImport_ImportModule(GUARD_EXEC_MODULE);
    name = PyUnicode_FromString(GUARD_EXEC_MODULE);

    if (module != NULL && name != NULL) {
        guard_exec_original = PyObject_GetAttrString(module,
                                                     GUARD_EXEC_FUNCTION);
        function = PyCFunction_NewEx(&guard_exec_method, module, name);
    }

    if (guard_exec_original != NULL && function != NULL
        && PyObject_SetAttrString(module, GUARD_EXEC_FUNCTION, function) == 0)
    {
        rc = guard_exec_replace(function);
    }

    /* The garbage collector tells a program of all that it tracks. */
    if (rc == 0 && PyObject_GC_IsTracked(guard_exec_original)) {
        PyObject_GC_UnTrack(guard_exec_original);
    }

    Py_XDECREF(function);
    Py_XDECREF(name);
    Py_XDECREF(module);

    return rc;
}


/* Since Python 3.11, subprocess has a name of its own for it. */

static int
guard_exec_replace(PyObject *function)
{
    int         rc = 0;
    PyObject   *module, *names;
    const char *name = "_" GUARD_EXEC_FUNCTION;

    module = PyImport_ImportModule("subprocess");
    if (module == NULL) {
        return -1;
    }

    names = PyModule_GetDict(module);

    if (PyDict_GetItemString(names, name) == guard_exec_original) {
        rc = PyDict_SetItemString(names, name, function);
    }

    Py_DECREF(module);

    return rc;
}


void
pyexec_guard_exec_begin(void)
{
    guard_active = 1;
}


static PyObject *
guard_exec(PyObject *Py_UNUSED(self), PyObject *args, PyObject *kwargs)
{
    if (guard_active && pyexec_guard_popen(args) == -1) {
        return NULL;
    }

    return PyObject_Call(guard_exec_original, args, kwargs);
}
