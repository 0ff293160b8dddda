/*
 * The arguments of a call, however they come: by position or by keyword, from
 * a tuple or a dictionary that the caller keeps, as instances of subclasses
 * whose methods lie.  What is looked at is what is handed on.
 */

#ifndef PYEXEC_GUARD_ARGUMENTS_H
#define PYEXEC_GUARD_ARGUMENTS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>


typedef struct {
    PyObject *args;         /* a tuple of its own */
    PyObject *kwargs;       /* a dictionary of its own, or NULL */
} pyexec_guard_call_t;


/* One parameter of a function; no keyword where it has only its position. */
typedef struct {
    Py_ssize_t  position;
    const char *keyword;
} pyexec_guard_parameter_t;


/*
 * Takes the arguments that a C function got; keywords become exact strings.
 * Returns -1 with a Python exception; drop() otherwise.
 */
int pyexec_guard_arguments_take(pyexec_guard_call_t *call, PyObject *args,
    PyObject *kwargs);
void pyexec_guard_arguments_drop(pyexec_guard_call_t *call);

/* A borrowed reference, or NULL where it is not given.  No exception. */
PyObject *pyexec_guard_argument(const pyexec_guard_call_t *call,
    pyexec_guard_parameter_t parameter);

/*
 * The same; what is a string, or else a number, becomes an exact one in the
 * call, too.  Anything else stays as it is: the function will complain.
 * "*value" is NULL where it is not given.  Returns -1 with a Python exception.
 */
int pyexec_guard_argument_text(pyexec_guard_call_t *call,
    pyexec_guard_parameter_t parameter, PyObject **value);
int pyexec_guard_argument_number(pyexec_guard_call_t *call,
    pyexec_guard_parameter_t parameter, PyObject **value);

/* Puts another value in its place; it must be given.  -1 as above. */
int pyexec_guard_argument_replace(pyexec_guard_call_t *call,
    pyexec_guard_parameter_t parameter, PyObject *value);


#endif /* PYEXEC_GUARD_ARGUMENTS_H */
