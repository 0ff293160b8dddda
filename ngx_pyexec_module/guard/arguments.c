#include "arguments.h"


static PyObject *guard_arguments_keywords(PyObject *kwargs);
static int guard_argument_exact(pyexec_guard_call_t *call,
    pyexec_guard_parameter_t parameter, PyObject *exact, PyObject **value);


int
pyexec_guard_arguments_take(pyexec_guard_call_t *call, PyObject *args,
    PyObject *kwargs)
{
    call->args = PyTuple_GetSlice(args, 0, PyTuple_Size(args));
    call->kwargs = NULL;

    if (call->args == NULL) {
        return -1;
    }

    if (kwargs != NULL && PyDict_Size(kwargs) > 0) {
        call->kwargs = guard_arguments_keywords(kwargs);

        if (call->kwargs == NULL) {
            Py_DECREF(call->args);
            return -1;
        }
    }

    return 0;
}


void
pyexec_guard_arguments_drop(pyexec_guard_call_t *call)
{
    Py_DECREF(call->args);
    Py_XDECREF(call->kwargs);
}


/*
 * A keyword that is an instance of a subclass of str may be equal to what its
 * methods like, and hash as they like.
 */

static PyObject *
guard_arguments_keywords(PyObject *kwargs)
{
    int         rc;
    PyObject   *exact, *key, *result, *value;
    Py_ssize_t  pos = 0;

    result = PyDict_New();

    while (result != NULL && PyDict_Next(kwargs, &pos, &key, &value)) {
        exact = PyUnicode_Check(key) ? PyUnicode_FromObject(key) : NULL;

        if (exact == NULL || PyDict_Contains(result, exact) != 0) {
            if (!PyErr_Occurred()) {
                PyErr_SetString(PyExc_TypeError,
                                "keywords must be different strings");
            }

            rc = -1;

        } else {
            rc = PyDict_SetItem(result, exact, value);
        }

        Py_XDECREF(exact);

        if (rc == -1) {
            Py_DECREF(result);
            return NULL;
        }
    }

    return result;
}


PyObject *
pyexec_guard_argument(const pyexec_guard_call_t *call,
    pyexec_guard_parameter_t parameter)
{
    if (parameter.position < PyTuple_Size(call->args)) {
        return PyTuple_GetItem(call->args, parameter.position);
    }

    if (call->kwargs == NULL || parameter.keyword == NULL) {
        return NULL;
    }

    return PyDict_GetItemString(call->kwargs, parameter.keyword);
}


int
pyexec_guard_argument_text(pyexec_guard_call_t *call,
    pyexec_guard_parameter_t parameter, PyObject **value)
{
    *value = pyexec_guard_argument(call, parameter);

    if (*value == NULL || !PyUnicode_Check(*value)
        || PyUnicode_CheckExact(*value))
    {
        return 0;
    }

    return guard_argument_exact(call, parameter,
                                PyUnicode_FromObject(*value), value);
}


int
pyexec_guard_argument_number(pyexec_guard_call_t *call,
    pyexec_guard_parameter_t parameter, PyObject **value)
{
    PyObject *index, *zero, *exact;

    *value = pyexec_guard_argument(call, parameter);

    if (*value == NULL || PyLong_CheckExact(*value)
        || !PyIndex_Check(*value))
    {
        return 0;
    }

    /* It gives a subclass as it is; a sum of one is exact. */
    index = PyNumber_Index(*value);
    zero = index ? PyLong_FromLong(0) : NULL;
    exact = zero ? PyObject_CallMethod((PyObject *) &PyLong_Type, "__add__",
                                       "OO", index, zero)
                 : NULL;
    Py_XDECREF(index);
    Py_XDECREF(zero);

    return guard_argument_exact(call, parameter, exact, value);
}


/* Takes the reference of "exact", which is NULL after a failure. */

static int
guard_argument_exact(pyexec_guard_call_t *call,
    pyexec_guard_parameter_t parameter, PyObject *exact, PyObject **value)
{
    int rc;

    if (exact == NULL) {
        return -1;
    }

    rc = pyexec_guard_argument_replace(call, parameter, exact);
    Py_DECREF(exact);

    /* The call keeps it. */
    *value = exact;

    return rc;
}


int
pyexec_guard_argument_replace(pyexec_guard_call_t *call,
    pyexec_guard_parameter_t parameter, PyObject *value)
{
    PyObject   *args, *item;
    Py_ssize_t  i, n;

    n = PyTuple_Size(call->args);

    if (parameter.position >= n) {
        return PyDict_SetItemString(call->kwargs, parameter.keyword, value);
    }

    /* A tuple that another may hold is not changed. */
    args = PyTuple_New(n);
    if (args == NULL) {
        return -1;
    }

    for (i = 0; i < n; i++) {
        item = i == parameter.position ? value
                                       : PyTuple_GetItem(call->args, i);
        Py_INCREF(item);
        (void) PyTuple_SetItem(args, i, item);
    }

    Py_DECREF(call->args);
    call->args = args;

    return 0;
}
