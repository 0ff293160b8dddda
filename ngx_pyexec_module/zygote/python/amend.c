#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdlib.h>
#include <string.h>

#include "amend.h"


typedef struct {
    const char *name;
    int       (*amend)(PyObject *module);
    int         always;         /* also where files can be written */
} amend_module_t;


typedef struct {
    PyMethodDef method;
    PyObject   *original;
} amend_function_t;


static int amend_replace(const char *module, amend_function_t *function);
static PyObject *amend_exec_dynamic(PyObject *self, PyObject *module);
static PyObject *amend_exec_builtin(PyObject *self, PyObject *module);
static PyObject *amend_executed(const amend_function_t *function,
    PyObject *module);
static PyObject *amend_breakpoint(PyObject *self, PyObject *args,
    PyObject *kwargs);


static const amend_module_t amend_modules[] = {
    { "_multiprocessing", pyexec_amend_semaphores, 0 },
    { "_sqlite3", pyexec_amend_sqlite, 0 },
    { "psutil._psutil_linux", pyexec_amend_psutil, 1 },
};

#define AMEND_NMODULES  (sizeof(amend_modules) / sizeof(amend_modules[0]))


/* Whether runs can write files. */
static int amend_writable;


/* What the import system calls last for a module in C. */

static amend_function_t amend_dynamic = {
    { "exec_dynamic", amend_exec_dynamic, METH_O, NULL }, NULL
};

static amend_function_t amend_builtin = {
    { "exec_builtin", amend_exec_builtin, METH_O, NULL }, NULL
};

static amend_function_t amend_breakpointhook = {
    { "breakpointhook", (PyCFunction) (void (*)(void)) amend_breakpoint,
      METH_VARARGS|METH_KEYWORDS, NULL },
    NULL
};


int
pyexec_amend_prepare(int writable)
{
    size_t    i;
    PyObject *module;

    amend_writable = writable;

    for (i = 0; i < AMEND_NMODULES; i++) {

        if (writable && !amend_modules[i].always) {
            continue;
        }

        module = PyDict_GetItemString(PyImport_GetModuleDict(),
                                      amend_modules[i].name);

        if (module != NULL && amend_modules[i].amend(module) == -1) {
            return -1;
        }
    }

    if (amend_replace("_imp", &amend_dynamic) == -1) {
        return -1;
    }

    return amend_replace("_imp", &amend_builtin);
}


static int
amend_replace(const char *name, amend_function_t *function)
{
    int       rc = -1;
    PyObject *module, *owner, *wrapper = NULL;

    module = PyImport_ImportModule(name);
    owner = PyUnicode_FromString(name);

    if (module != NULL && owner != NULL) {
        function->original = PyObject_GetAttrString(module,
                                                    function->method.ml_name);
        wrapper = function->original == NULL
                  ? NULL : PyCFunction_NewEx(&function->method, NULL, owner);
    }

    if (wrapper != NULL) {
        rc = PyObject_SetAttrString(module, function->method.ml_name,
                                    wrapper);
    }

    Py_XDECREF(wrapper);
    Py_XDECREF(owner);
    Py_XDECREF(module);

    return rc;
}


static PyObject *
amend_exec_dynamic(PyObject *Py_UNUSED(self), PyObject *module)
{
    return amend_executed(&amend_dynamic, module);
}


static PyObject *
amend_exec_builtin(PyObject *Py_UNUSED(self), PyObject *module)
{
    return amend_executed(&amend_builtin, module);
}


static PyObject *
amend_executed(const amend_function_t *function, PyObject *module)
{
    size_t    i;
    PyObject *name, *result;

    result = PyObject_CallFunctionObjArgs(function->original, module, NULL);

    if (result == NULL || !PyModule_Check(module)) {
        return result;
    }

    name = PyModule_GetNameObject(module);

    for (i = 0; name != NULL && i < AMEND_NMODULES; i++) {

        if ((amend_modules[i].always || !amend_writable)
            && PyUnicode_CompareWithASCIIString(name, amend_modules[i].name)
               == 0
            && amend_modules[i].amend(module) == -1)
        {
            Py_CLEAR(result);
            break;
        }
    }

    Py_XDECREF(name);

    return result;
}


int
pyexec_amend_breakpoint(void)
{
    PyObject *hook;

    if (amend_replace("sys", &amend_breakpointhook) == -1) {
        return -1;
    }

    hook = PySys_GetObject("breakpointhook");

    return PySys_SetObject("__breakpointhook__", hook);
}


/* The interpreter itself heeds no environment, and says that it would. */

static PyObject *
amend_breakpoint(PyObject *Py_UNUSED(self), PyObject *args, PyObject *kwargs)
{
    PyObject   *debugger;
    const char *chosen;

    chosen = getenv("PYTHONBREAKPOINT");

    if (chosen != NULL && strcmp(chosen, "0") == 0) {
        Py_RETURN_NONE;
    }

    debugger = PyImport_ImportModule("pdb");
    if (debugger == NULL) {
        return NULL;
    }

    Py_DECREF(debugger);

    return PyObject_Call(amend_breakpointhook.original, args, kwargs);
}
