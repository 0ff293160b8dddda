#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../../guard/hidden.h"
#include "compile_only.h"


/* Py_file_input, which the limited API does not have. */
#define PYEXEC_COMPILE_ONLY_FILE_INPUT  257


static PyObject *pyexec_compile_only_source;
static int       pyexec_compile_only_came;
static int       pyexec_compile_only_ended;


static PyObject *pyexec_compile_only_function(PyObject *globals);
static int pyexec_compile_only_audit(const char *event, PyObject *args,
    void *data);


void
pyexec_compile_only_prepare(PyObject *source)
{
    Py_INCREF(source);
    pyexec_compile_only_source = source;
}


int
pyexec_compile_only(void)
{
    return PySys_AddAuditHook(pyexec_compile_only_audit, NULL);
}


int
pyexec_compile_only_done(void)
{
    /* CPython has Python code print an error, and may have to import it. */
    pyexec_compile_only_ended = 1;

    return pyexec_compile_only_came;
}


void
pyexec_compile_only_reply(const char *code, size_t len)
{
    char      *p;
    ssize_t    n;
    PyObject  *globals, *rewrite, *reply = NULL;
    Py_ssize_t rest;

    globals = PyDict_New();
    rewrite = globals == NULL ? NULL : pyexec_compile_only_function(globals);

    if (rewrite != NULL) {
        reply = PyObject_CallFunction(rewrite, "y#", code, (Py_ssize_t) len);
    }

    if (reply != NULL && reply != Py_None
        && PyBytes_AsStringAndSize(reply, &p, &rest) == 0)
    {
        while (rest > 0) {
            n = write(STDOUT_FILENO, p, rest);

            if (n == -1) {
                if (errno == EINTR) {
                    continue;
                }
                break;
            }

            p += n;
            rest -= n;
        }
    }

    /* Whatever it was, there is no reply to this program. */
    PyErr_Clear();
    Py_XDECREF(reply);
    Py_XDECREF(globals);
}


/*
 * What writes programs anew, borrowed from its module's globals; NULL with a
 * Python exception.  This way to run code is not one that the hook sees.
 */

static PyObject *
pyexec_compile_only_function(PyObject *globals)
{
    PyObject *name, *code, *result;

    name = PyUnicode_FromString("pyexec_rewrite");

    if (name == NULL
        || PyDict_SetItemString(globals, "__name__", name) == -1
        || PyDict_SetItemString(globals, "__builtins__",
                                PyEval_GetBuiltins())
           == -1)
    {
        Py_XDECREF(name);
        return NULL;
    }

    Py_DECREF(name);

    code = Py_CompileString(PyBytes_AsString(pyexec_compile_only_source),
                            "rewrite.py", PYEXEC_COMPILE_ONLY_FILE_INPUT);
    if (code == NULL) {
        return NULL;
    }

    result = PyEval_EvalCode(code, globals, globals);
    Py_DECREF(code);

    if (result == NULL) {
        return NULL;
    }

    Py_DECREF(result);

    return PyDict_GetItemString(globals, "rewrite");
}


static int
pyexec_compile_only_audit(const char *event, PyObject *Py_UNUSED(args),
    void *Py_UNUSED(data))
{
    if (pyexec_compile_only_ended || strcmp(event, "exec") != 0) {
        return 0;
    }

    pyexec_compile_only_came = 1;
    PyErr_SetString(PyExc_PermissionError, "not to be run");

    return -1;
}
