#include <string.h>

#include "../../guard/hidden.h"
#include "compile_only.h"


static int pyexec_compile_only_came;


static int pyexec_compile_only_audit(const char *event, PyObject *args,
    void *data);


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
