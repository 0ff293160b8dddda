#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <unistd.h>

#include "source.h"


#define SOURCE_NAME  "main.py"

#define SOURCE_PRINTED_BY_PYTHON  0x030d0000


/* Where Python code prints what is not caught, else NULL. */
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
    PyObject *file, *globals, *loader, *path, *version;

    globals = PyModule_GetDict(PyImport_AddModule("__main__"));
    loader = PyDict_GetItemString(globals, "__loader__");
    path = PySys_GetObject("path");
    version = PySys_GetObject("hexversion");

    if (PyLong_AsLong(version) >= SOURCE_PRINTED_BY_PYTHON) {
        source_loader = loader;
        Py_INCREF(source_loader);
    }

    file = PyUnicode_FromFormat("%U/" SOURCE_NAME, directory);
    if (file == NULL) {
        return -1;
    }

    failed = PyDict_SetItemString(globals, "__file__", file) == -1
             || PyObject_SetAttrString(loader, "path", file) == -1
             || PyList_Append(path, directory) == -1;

    Py_DECREF(file);

    return failed ? -1 : 0;
}


/*
 * An interpreter that ends has neither sys.meta_path nor sys.path, which is
 * empty here for the code that goes through it.  What CPython prints then has
 * no lines, while Python code may still read them.  From 3.13 on CPython has
 * Python code print, which would ask the loader.
 */

void
pyexec_source_hide(void)
{
    PyObject *name, *path;

    (void) !chdir("/");

    path = PyList_New(0);
    (void) PySys_SetObject("path", path != NULL ? path : Py_None);
    Py_XDECREF(path);

    (void) PySys_SetObject("meta_path", Py_None);

    if (source_loader == NULL) {
        return;
    }

    name = PyUnicode_FromString(SOURCE_NAME);

    if (name != NULL) {
        (void) PyObject_SetAttrString(source_loader, "path", name);
        Py_DECREF(name);
    }

    PyErr_Clear();
}
