#include <fcntl.h>
#include <string.h>

#include "../policy/rules.h"
#include "events.h"
#include "hidden.h"


#define GUARD_OS_OPEN  "Forbidden operation: os.open for writing"


/* Nothing is written there, or to what the program has open anyway. */
static const char *const guard_sinks[] = {
    "/dev/null", "/dev/stdout", "/dev/stderr"
};


static int guard_is_sink(PyObject *path);


/* open(), os.open() and all that is built on them. */

int
pyexec_guard_open(PyObject *args)
{
    long      flags;
    PyObject *bytes, *mode, *path;

    if (PyTuple_Size(args) != 3 || !PyLong_Check(PyTuple_GetItem(args, 2))) {
        return 0;
    }

    path = PyTuple_GetItem(args, 0);
    mode = PyTuple_GetItem(args, 1);

    flags = PyLong_AsLong(PyTuple_GetItem(args, 2));
    PyErr_Clear();

    if ((flags & O_ACCMODE) == O_RDONLY
        && (flags & (O_APPEND|O_CREAT|O_TRUNC)) == 0)
    {
        return 0;
    }

    /* A descriptor is open already: subprocess has its pipes so. */
    if (PyLong_Check(path) || guard_is_sink(path)) {
        return 0;
    }

    bytes = PyUnicode_Check(mode) ? PyUnicode_AsUTF8String(mode) : NULL;

    if (bytes != NULL) {
        PyErr_Format(PyExc_PermissionError, PYEXEC_RULES_MODE,
                     PyBytes_AsString(bytes));
        Py_DECREF(bytes);

    } else {
        PyErr_SetString(PyExc_PermissionError, GUARD_OS_OPEN);
    }

    return -1;
}


/*
 * By its characters, as the file will be opened: the methods of a subclass of
 * str have no say in that.
 */

static int
guard_is_sink(PyObject *path)
{
    char       *data;
    size_t      i;
    Py_ssize_t  len;
    const char *text;

    if (PyUnicode_Check(path)) {
        text = PyUnicode_AsUTF8AndSize(path, &len);

    } else if (PyBytes_Check(path)
               && PyBytes_AsStringAndSize(path, &data, &len) == 0)
    {
        text = data;

    } else {
        text = NULL;
    }

    if (text == NULL) {
        PyErr_Clear();
        return 0;
    }

    for (i = 0; i < sizeof(guard_sinks) / sizeof(char *); i++) {
        if (strlen(guard_sinks[i]) == (size_t) len
            && memcmp(guard_sinks[i], text, len) == 0)
        {
            return 1;
        }
    }

    return 0;
}
