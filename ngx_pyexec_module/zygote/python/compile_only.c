#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../../guard/hidden.h"
#include "compile_only.h"


static PyObject *pyexec_compile_only_rewrite;
static int       pyexec_compile_only_came;


static int pyexec_compile_only_audit(const char *event, PyObject *args,
    void *data);


void
pyexec_compile_only_prepare(PyObject *rewrite)
{
    Py_INCREF(rewrite);
    pyexec_compile_only_rewrite = rewrite;
}


int
pyexec_compile_only(void)
{
    return PySys_AddAuditHook(pyexec_compile_only_audit, NULL);
}


int
pyexec_compile_only_done(void)
{
    return pyexec_compile_only_came;
}


void
pyexec_compile_only_reply(const char *code, size_t len)
{
    char      *p;
    ssize_t    n;
    PyObject  *reply;
    Py_ssize_t rest;

    reply = PyObject_CallFunction(pyexec_compile_only_rewrite, "y#", code,
                                  (Py_ssize_t) len);

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
}


static int
pyexec_compile_only_audit(const char *event, PyObject *Py_UNUSED(args),
    void *Py_UNUSED(data))
{
    if (strcmp(event, "exec") != 0) {
        return 0;
    }

    pyexec_compile_only_came = 1;
    PyErr_SetString(PyExc_PermissionError, "not to be run");

    return -1;
}
