#include <string.h>

#include "../policy/rules.h"
#include "events.h"
#include "whose.h"


typedef enum { CALL, MODE, SHELL } guard_when_t;


typedef struct {
    const char   *module;
    const char   *function;
    guard_when_t  when;
} guard_operation_t;


#define GUARD_OPERATION(module, function, when, argument)                     \
    { module, function, when },

static const guard_operation_t guard_operations[] = {
    PYEXEC_RULES_OPERATIONS(GUARD_OPERATION)
};

#define GUARD_NOPERATIONS                                                     \
    (sizeof(guard_operations) / sizeof(guard_operations[0]))


static int guard_is_of_package(void);
static int guard_os(const char *function);
static const char *guard_module(PyObject *code);
static int guard_takes_shell(PyObject *frame);
static int guard_popen_has_shell(PyObject *frame);
static int guard_refuse_shell(void);
static const guard_operation_t *guard_called(void);
static const guard_operation_t *guard_operation_of(PyObject *code);
static const guard_operation_t *guard_find(const char *module,
    PyObject *function);
static int guard_refuse(const guard_operation_t *operation);


int
pyexec_guard_os_system(PyObject *Py_UNUSED(args))
{
    return guard_os("system");
}


/* A package that has workers of its own starts the interpreter so. */

int
pyexec_guard_os_exec(PyObject *args)
{
    if (guard_is_of_package()) {
        return 0;
    }

    return guard_os(PyTuple_Size(args) == 3
                    && PyTuple_GetItem(args, 2) == Py_None
                    ? "execv" : "execve");
}


/* subprocess starts processes so, too; its shell is another matter. */

int
pyexec_guard_os_posix_spawn(PyObject *Py_UNUSED(args))
{
    int         own, shell = 0;
    PyObject   *back, *code, *frame;
    const char *module;

    frame = (PyObject *) PyEval_GetFrame();

    if (frame != NULL) {
        code = pyexec_guard_frame_code(frame);
        module = guard_module(code);
        own = module != NULL && strcmp(module, "subprocess") == 0
              && pyexec_guard_code_is_named(code, "_posix_spawn");
        Py_DECREF(code);

        if (own) {
            back = pyexec_guard_frame_back(frame);
            shell = back != NULL && guard_takes_shell(back);
            Py_XDECREF(back);

            return shell ? guard_refuse_shell() : 0;
        }
    }

    return guard_os("posix_spawn");
}


/* os.spawn*() forks first; a fork by itself is no offence. */

int
pyexec_guard_os_fork(PyObject *Py_UNUSED(args))
{
    const guard_operation_t *called;

    called = guard_called();

    return called != NULL && strcmp(called->module, "os") == 0
           ? guard_refuse(called) : 0;
}


/* Raised by Popen._execute_child(), which then calls fork_exec(). */

int
pyexec_guard_popen(PyObject *Py_UNUSED(args))
{
    PyObject *frame = (PyObject *) PyEval_GetFrame();

    return frame != NULL && guard_takes_shell(frame) ? guard_refuse_shell()
                                                     : 0;
}


/* Whether it is a frame of subprocess that has been told to. */

static int
guard_takes_shell(PyObject *frame)
{
    PyObject   *code;
    const char *module;

    code = pyexec_guard_frame_code(frame);
    module = guard_module(code);
    Py_DECREF(code);

    return module != NULL && strcmp(module, "subprocess") == 0
           && guard_popen_has_shell(frame);
}


static int
guard_refuse_shell(void)
{
    PyObject                *name;
    const guard_operation_t *operation;

    operation = guard_called();

    if (operation == NULL) {
        name = PyUnicode_FromString("Popen");
        operation = name ? guard_find("subprocess", name) : NULL;
        Py_XDECREF(name);
    }

    return operation != NULL ? guard_refuse(operation) : 0;
}


/*
 * Where it takes the shell it has the shell's name among its locals: whatever
 * "shell" says when it is asked a second time.
 */

static int
guard_popen_has_shell(PyObject *frame)
{
    int       shell = 0;
    PyObject *locals, *name, *value;

    locals = PyObject_GetAttrString(frame, "f_locals");
    name = locals ? PyMapping_GetItemString(locals, "unix_shell") : NULL;
    PyErr_Clear();

    value = locals ? PyMapping_GetItemString(locals, "shell") : NULL;
    shell = name != NULL || value == Py_True;

    Py_XDECREF(value);
    Py_XDECREF(name);
    Py_XDECREF(locals);
    PyErr_Clear();

    return shell;
}


/* Whether what called the functions of os on top is code of a package. */

static int
guard_is_of_package(void)
{
    int         own = 1, package = 0;
    PyObject   *back, *code, *frame;
    const char *module;

    frame = (PyObject *) PyEval_GetFrame();
    Py_XINCREF(frame);

    while (frame != NULL && own) {
        code = pyexec_guard_frame_code(frame);
        module = guard_module(code);
        own = module != NULL && strcmp(module, "os") == 0;
        package = pyexec_guard_whose_code(code)->kind == PYEXEC_GUARD_PACKAGE;
        Py_DECREF(code);

        back = own ? pyexec_guard_frame_back(frame) : NULL;
        Py_DECREF(frame);
        frame = back;
    }

    Py_XDECREF(frame);
    PyErr_Clear();

    return package;
}


/*
 * An operation of the os module, under the name that was called: the
 * functions in os.py are built on a few in C.
 */

static int
guard_os(const char *function)
{
    PyObject                *name;
    const guard_operation_t *called, *operation;

    called = guard_called();

    name = PyUnicode_FromString(function);
    operation = name ? guard_find("os", name) : NULL;
    Py_XDECREF(name);

    if (called != NULL && strcmp(called->module, "os") == 0) {
        operation = called;
    }

    return operation != NULL ? guard_refuse(operation) : 0;
}


/*
 * The operation that the program called: the outermost one among the frames
 * of os and subprocess that are on top.
 */

static const guard_operation_t *
guard_called(void)
{
    int                      own;
    PyObject                *back, *code, *frame;
    const guard_operation_t *found, *operation = NULL;

    frame = (PyObject *) PyEval_GetFrame();
    Py_XINCREF(frame);

    while (frame != NULL) {
        code = pyexec_guard_frame_code(frame);
        own = guard_module(code) != NULL;
        found = own ? guard_operation_of(code) : NULL;
        Py_DECREF(code);

        if (!own) {
            break;
        }

        if (found != NULL) {
            operation = found;
        }

        back = pyexec_guard_frame_back(frame);
        Py_DECREF(frame);
        frame = back;
    }

    Py_XDECREF(frame);
    PyErr_Clear();

    return operation;
}


/* "os" or "subprocess" where the code is of that module, or NULL. */

static const char *
guard_module(PyObject *code)
{
    size_t                      i;
    const pyexec_guard_owner_t *owner;

    static const char *const modules[] = { "os", "subprocess" };

    owner = pyexec_guard_whose_code(code);

    for (i = 0; i < sizeof(modules) / sizeof(char *); i++) {
        if (owner->kind == PYEXEC_GUARD_STANDARD
            && owner->root->len == strlen(modules[i])
            && memcmp(owner->root->name, modules[i], owner->root->len) == 0)
        {
            return modules[i];
        }
    }

    return NULL;
}


static const guard_operation_t *
guard_operation_of(PyObject *code)
{
    PyObject                *name;
    const guard_operation_t *found;

    name = pyexec_guard_code_is_named(code, "__init__")
           ? PyUnicode_FromString("Popen")
           : PyObject_GetAttrString(code, "co_name");

    found = name ? guard_find(guard_module(code), name) : NULL;
    Py_XDECREF(name);

    return found;
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
