#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <fcntl.h>
#include <string.h>

#include "../policy/rules.h"
#include "state.h"


/*
 * Of the stable ABI only since 3.13, and so hidden from this extension; every
 * CPython since 3.8 has it.
 */
PyAPI_FUNC(int) PySys_AddAuditHook(int (*hook)(const char *, PyObject *,
                                               void *), void *data);


typedef enum { CALL, MODE, SHELL } guard_when_t;


typedef struct {
    const char   *module;
    const char   *function;
    guard_when_t  when;
} guard_operation_t;


#define GUARD_OPERATION(module, function, when, argument)                   \
    { module, function, when },

static const guard_operation_t guard_operations[] = {
    PYEXEC_RULES_OPERATIONS(GUARD_OPERATION)
};

#define GUARD_NOPERATIONS                                                   \
    (sizeof(guard_operations) / sizeof(guard_operations[0]))


/* The globals of the modules, by which their frames are known. */
static PyObject *guard_os_globals;
static PyObject *guard_subprocess;


static int guard_audit(const char *event, PyObject *args, void *data);
static int guard_open(PyObject *args);
static int guard_os(const char *function);
static int guard_fork(void);
static int guard_popen(void);
static const guard_operation_t *guard_called(int *subprocess);
static int guard_compile(PyObject *filename);
static int guard_is_quoted(PyObject *source);
static const guard_operation_t *guard_find(const char *module,
    PyObject *function);
static int guard_refuse(const guard_operation_t *operation);


int
pyexec_guard_operations_install(void)
{
    PyObject *module;

    module = PyImport_ImportModule("os");
    if (module == NULL) {
        return -1;
    }

    guard_os_globals = PyModule_GetDict(module);

    module = PyImport_ImportModule("subprocess");
    if (module == NULL) {
        return -1;
    }

    guard_subprocess = PyModule_GetDict(module);

    return PySys_AddAuditHook(guard_audit, NULL);
}


static int
guard_audit(const char *event, PyObject *args, void *Py_UNUSED(data))
{
    if (!pyexec_guard.active) {
        return 0;
    }

    switch (event[0]) {

    case 'o':
        if (strcmp(event, "open") == 0) {
            return guard_open(args);
        }

        if (strcmp(event, "os.system") == 0) {
            return guard_os("system");
        }

        if (strcmp(event, "os.exec") == 0) {
            return guard_os(PyTuple_Size(args) == 3
                            && PyTuple_GetItem(args, 2) == Py_None
                            ? "execv" : "execve");
        }

        if (strcmp(event, "os.posix_spawn") == 0) {
            return guard_os("posix_spawn");
        }

        if (strcmp(event, "os.fork") == 0) {
            return guard_fork();
        }

        return 0;

    case 's':
        if (strcmp(event, "subprocess.Popen") == 0) {
            return guard_popen();
        }

        return 0;

    case 'c':
        if (strcmp(event, "compile") == 0 && PyTuple_Size(args) == 2
            && !guard_is_quoted(PyTuple_GetItem(args, 0)))
        {
            return guard_compile(PyTuple_GetItem(args, 1));
        }

        if (strcmp(event, "code.__new__") == 0 && PyTuple_Size(args) > 1) {
            return guard_compile(PyTuple_GetItem(args, 1));
        }

        return 0;

    default:
        return 0;
    }
}


/* open(), os.open() and all that is built on them: (path, mode, flags) */
static int
guard_open(PyObject *args)
{
    long      flags;
    PyObject *bytes, *mode, *path;

    if (pyexec_guard.writable || PyTuple_Size(args) != 3) {
        return 0;
    }

    path = PyTuple_GetItem(args, 0);
    mode = PyTuple_GetItem(args, 1);

    if (!PyLong_Check(PyTuple_GetItem(args, 2))) {
        return 0;
    }

    flags = PyLong_AsLong(PyTuple_GetItem(args, 2));
    PyErr_Clear();

    if ((flags & O_ACCMODE) == O_RDONLY
        && (flags & (O_APPEND|O_CREAT|O_TRUNC)) == 0)
    {
        return 0;
    }

    /* A descriptor is open already: subprocess has its pipes so. */
    if (PyLong_Check(path)) {
        return 0;
    }

    /* Nothing is written there; subprocess.DEVNULL opens it. */
    if (PyUnicode_Check(path)
        && PyUnicode_CompareWithASCIIString(path, "/dev/null") == 0)
    {
        return 0;
    }

    bytes = PyUnicode_Check(mode) ? PyUnicode_AsUTF8String(mode) : NULL;

    if (bytes != NULL) {
        PyErr_Format(PyExc_PermissionError, PYEXEC_RULES_MODE,
                     PyBytes_AsString(bytes));
        Py_DECREF(bytes);

    } else {
        PyErr_SetString(PyExc_PermissionError,
                        "Forbidden operation: os.open for writing");
    }

    return -1;
}


/*
 * An operation of the os module, under the name that was called: the
 * functions in os.py are built on a few in C.
 */
static int
guard_os(const char *function)
{
    int                      subprocess;
    PyObject                *name;
    const guard_operation_t *called, *operation;

    called = guard_called(&subprocess);

    /* subprocess may start processes; its shell is another matter. */
    if (subprocess) {
        return 0;
    }

    name = PyUnicode_FromString(function);
    operation = name ? guard_find("os", name) : NULL;
    Py_XDECREF(name);

    if (called != NULL) {
        operation = called;
    }

    return operation != NULL ? guard_refuse(operation) : 0;
}


/* os.spawn*() forks first; a fork by itself is no offence. */
static int
guard_fork(void)
{
    PyObject *frame, *globals;

    frame = (PyObject *) PyEval_GetFrame();
    if (frame == NULL) {
        return 0;
    }

    globals = PyObject_GetAttrString(frame, "f_globals");
    Py_XDECREF(globals);
    PyErr_Clear();

    return globals == guard_os_globals ? guard_os("fork") : 0;
}


/* Raised by Popen._execute_child(), which has "shell" among its locals. */
static int
guard_popen(void)
{
    int                      shell = 0, subprocess;
    PyObject                *frame, *locals, *value;
    const guard_operation_t *operation;

    frame = (PyObject *) PyEval_GetFrame();
    if (frame == NULL) {
        return 0;
    }

    locals = PyObject_GetAttrString(frame, "f_locals");
    value = locals ? PyMapping_GetItemString(locals, "shell") : NULL;
    Py_XDECREF(locals);

    if (value != NULL) {
        shell = PyObject_IsTrue(value);
        Py_DECREF(value);
    }

    PyErr_Clear();

    if (shell != 1) {
        return 0;
    }

    operation = guard_called(&subprocess);

    return operation != NULL ? guard_refuse(operation) : 0;
}


/*
 * The operation that the program called: the outermost one among the frames
 * of os and subprocess that are on top.  "*subprocess" tells whether there is
 * one of subprocess.
 */
static const guard_operation_t *
guard_called(int *subprocess)
{
    PyObject                *back, *code, *frame, *globals, *name;
    const char              *module;
    const guard_operation_t *found, *operation = NULL;

    *subprocess = 0;

    frame = (PyObject *) PyEval_GetFrame();
    Py_XINCREF(frame);

    while (frame != NULL && frame != Py_None) {
        globals = PyObject_GetAttrString(frame, "f_globals");
        Py_XDECREF(globals);

        if (globals == guard_subprocess) {
            module = "subprocess";
            *subprocess = 1;

        } else if (globals == guard_os_globals) {
            module = "os";

        } else {
            break;
        }

        code = (PyObject *) PyFrame_GetCode((PyFrameObject *) frame);
        name = PyObject_GetAttrString(code, "co_name");

        if (name != NULL
            && PyUnicode_CompareWithASCIIString(name, "__init__") == 0)
        {
            Py_DECREF(name);
            name = PyUnicode_FromString("Popen");
        }

        found = name ? guard_find(module, name) : NULL;

        if (found != NULL) {
            operation = found;
        }

        Py_XDECREF(name);
        Py_DECREF(code);

        back = PyObject_GetAttrString(frame, "f_back");
        Py_DECREF(frame);
        frame = back;
    }

    Py_XDECREF(frame);
    PyErr_Clear();

    return operation;
}


/* A program must not pass its code off as a library's. */
static int
guard_compile(PyObject *filename)
{
    if (!PyUnicode_Check(filename)
        || pyexec_guard_owner((PyObject *) PyEval_GetFrame())
           != PYEXEC_GUARD_PROGRAM
        || (!pyexec_guard_starts(filename, pyexec_guard.libraries)
            && !pyexec_guard_starts(filename, pyexec_guard.loaders)))
    {
        return 0;
    }

    PyErr_SetString(PyExc_PermissionError,
                    "Forbidden operation: compile under the file name of a "
                    "library");
    return -1;
}


/*
 * To place the marks below a line of a traceback, CPython parses a part of
 * that line under the name of its file.  Should it be a program that does so:
 * code that does not say "import" imports nothing.
 */
static int
guard_is_quoted(PyObject *source)
{
    return PyBytes_CheckExact(source)
           && strstr(PyBytes_AsString(source), "import") == NULL;
}


static const guard_operation_t *
guard_find(const char *module, PyObject *function)
{
    size_t i;

    for (i = 0; i < GUARD_NOPERATIONS; i++) {
        if (strcmp(guard_operations[i].module, module) == 0
            && PyUnicode_CompareWithASCIIString(function,
                                              guard_operations[i].function)
               == 0)
        {
            return &guard_operations[i];
        }
    }

    return NULL;
}


static int
guard_refuse(const guard_operation_t *operation)
{
    PyErr_Format(PyExc_PermissionError,
                 operation->when == SHELL ? PYEXEC_RULES_SHELL
                                          : PYEXEC_RULES_CALL,
                 operation->module, operation->function);
    return -1;
}
