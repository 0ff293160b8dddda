#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <unistd.h>

#include "source.h"


#define SOURCE_NAME  "main.py"


static PyObject *source_directory;
static PyObject *source_loader;


/*
 * What CPython itself prints of a traceback it looks for below the working
 * directory and then in sys.path; what Python code prints, and inspect, asks
 * the loader where that is in vain.
 */

int
pyexec_source_place(PyObject *directory)
{
    int       failed;
    PyObject *file, *globals, *path;

    globals = PyModule_GetDict(PyImport_AddModule("__main__"));
    path = PySys_GetObject("path");
    file = PyUnicode_FromFormat("%U/" SOURCE_NAME, directory);

    if (file == NULL) {
        return -1;
    }

    source_directory = directory;
    Py_INCREF(directory);

    source_loader = PyDict_GetItemString(globals, "__loader__");
    Py_INCREF(source_loader);

    failed = PyDict_SetItemString(globals, "__file__", file) == -1
             || PyObject_SetAttrString(source_loader, "path", file) == -1
             || PyList_Append(path, directory) == -1;

    Py_DECREF(file);

    return failed ? -1 : 0;
}


void
pyexec_source_hide(void)
{
    PyObject *name, *path, *result;

    (void) !chdir("/");

    if (source_directory == NULL) {
        return;
    }

    path = PySys_GetObject("path");

    if (path != NULL && PyList_Check(path)) {
        result = PyObject_CallMethod(path, "remove", "O", source_directory);
        Py_XDECREF(result);
        PyErr_Clear();
    }

    name = PyUnicode_FromString(SOURCE_NAME);

    if (name != NULL) {
        (void) PyObject_SetAttrString(source_loader, "path", name);
        Py_DECREF(name);
    }

    PyErr_Clear();
}
