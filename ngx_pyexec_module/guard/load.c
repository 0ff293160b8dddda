#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "load.h"
#include "places.h"
#include "verify.h"
#include "whose.h"


#define GUARD_LOAD_MODULE    "importlib._bootstrap_external"
#define GUARD_LOAD_FUNCTION  "_compile_bytecode"


static PyObject *guard_load_original;


static PyObject *guard_load(PyObject *self, PyObject *args,
    PyObject *kwargs);


static PyMethodDef guard_load_method = {
    GUARD_LOAD_FUNCTION, (PyCFunction) (void (*)(void)) guard_load,
    METH_VARARGS|METH_KEYWORDS,
    GUARD_LOAD_FUNCTION "(data, name=None, bytecode_path=None,"
    " source_path=None)\n--\n\n"
};


int
pyexec_guard_load_install(void)
{
    int       rc = -1;
    PyObject *function, *module, *name;

    module = PyImport_ImportModule(GUARD_LOAD_MODULE);
    name = PyUnicode_FromString(GUARD_LOAD_MODULE);

    if (module != NULL && name != NULL) {
        guard_load_original = PyObject_GetAttrString(module,
                                                     GUARD_LOAD_FUNCTION);
        function = PyCFunction_NewEx(&guard_load_method, module, name);

        if (guard_load_original != NULL && function != NULL) {
            rc = PyObject_SetAttrString(module, GUARD_LOAD_FUNCTION,
                                        function);
        }

        Py_XDECREF(function);
    }

    Py_XDECREF(name);
    Py_XDECREF(module);

    return rc;
}


/* The import system gives the path of the source by its keyword. */

static PyObject *
guard_load(PyObject *Py_UNUSED(self), PyObject *args, PyObject *kwargs)
{
    PyObject *code, *file;

    file = kwargs ? PyDict_GetItemString(kwargs, "source_path") : NULL;

    if (file != NULL && PyUnicode_CheckExact(file)
        && PyTuple_Size(args) == 1)
    {
        code = pyexec_guard_load(PyTuple_GetItem(args, 0), file);

        if (code != NULL) {
            pyexec_guard_whose_loaded(code);
            return code;
        }
    }

    return PyObject_Call(guard_load_original, args, kwargs);
}
