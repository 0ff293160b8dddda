#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <fcntl.h>
#include <string.h>

#include "../policy/rules.h"
#include "guard.h"


/*
 * Of the stable ABI only since 3.13, and so hidden from this extension; every
 * CPython since 3.8 has it.
 */
PyAPI_FUNC(int) PySys_AddAuditHook(int (*hook)(const char *, PyObject *,
                                               void *), void *data);


/* Whose code runs. */
typedef enum {
    GUARD_PROGRAM,
    GUARD_LIBRARY,
    GUARD_LOADER
} guard_owner_t;


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


/*
 * What CPython's own C code imports when it first needs it, for example
 * datetime.strptime(): such an import looks like one of the Python frame
 * that called into C.
 */
static const char *const guard_internal[] = {
    "_collections_abc", "_compat_pickle", "_pydatetime", "_pydecimal",
    "_strptime", "_weakrefset", "abc", "builtins", "codecs", "collections",
    "contextlib", "copyreg", "decimal", "encodings", "enum", "functools",
    "inspect", "io", "linecache", "locale", "numbers", "operator", "os", "re",
    "string", "sys", "threading", "time", "tokenize", "traceback", "types",
    "typing", "warnings", "weakref", "zoneinfo",
};


static struct {
    PyObject   *allow;          /* NULL: any */
    PyObject   *libraries;
    PyObject   *loaders;
    PyObject   *stdlib;         /* names, NULL before 3.10 */
    PyObject   *os;             /* the globals of the os module ... */
    PyObject   *subprocess;     /* ... and of subprocess, when imported */
    PyObject   *approved;       /* the import that is being carried out */
    int         writable;
    int         active;
} guard;


static int guard_import(PyObject *name, PyObject *args);
static int guard_is_internal(PyObject *root, PyObject *args);
static int guard_is_own(PyObject *root, PyObject *frame);
static guard_owner_t guard_owner(PyObject *frame);
static int guard_starts(PyObject *text, PyObject *prefixes);
static PyObject *guard_root(PyObject *name);

static int guard_audit(const char *event, PyObject *args, void *data);
static int guard_open(PyObject *args);
static int guard_os(const char *function);
static int guard_fork(void);
static int guard_popen(void);
static int guard_compile(PyObject *filename);
static const guard_operation_t *guard_find(const char *module,
    PyObject *function);
static int guard_refuse(const guard_operation_t *operation);


/*
 * Every function that imports, and what tells the module's name: the first
 * argument, or an attribute of it.
 */
#define GUARD_FUNCTIONS(X)                                                  \
    X(0, "builtins", "__import__", NULL)                                    \
    X(1, "importlib", "__import__", NULL)                                   \
    X(2, "importlib", "import_module", NULL)                                \
    X(3, "importlib", "reload", "__name__")                                 \
    X(4, "importlib.util", "module_from_spec", "name")                      \
    X(5, "importlib._bootstrap", "__import__", NULL)                        \
    X(6, "importlib._bootstrap", "_gcd_import", NULL)                       \
    X(7, "importlib._bootstrap", "_find_and_load", NULL)                    \
    X(8, "importlib._bootstrap", "_load", "name")                           \
    X(9, "importlib._bootstrap", "_exec", "name")                           \
    X(10, "importlib._bootstrap", "module_from_spec", "name")               \
    X(11, "_imp", "create_builtin", "name")                                 \
    X(12, "_imp", "create_dynamic", "name")


typedef struct {
    const char *module;
    const char *function;
    const char *attribute;
    PyMethodDef method;
    PyObject   *original;
} guard_function_t;


static PyObject *guard_call(guard_function_t *function, PyObject *args,
    PyObject *kwargs);

static guard_function_t guard_functions[];

#define GUARD_WRAPPER(n, module, function, attribute)                       \
    static PyObject *                                                       \
    guard_call_##n(PyObject *Py_UNUSED(self), PyObject *args,               \
        PyObject *kwargs)                                                   \
    {                                                                       \
        return guard_call(&guard_functions[n], args, kwargs);               \
    }

#define GUARD_FUNCTION(n, module, function, attribute)                      \
    { module, function, attribute,                                          \
      { function, (PyCFunction) (void (*)(void)) guard_call_##n,            \
        METH_VARARGS|METH_KEYWORDS, NULL },                                 \
      NULL },

#define GUARD_COUNT(n, module, function, attribute)  + 1

#define GUARD_NFUNCTIONS  (0 GUARD_FUNCTIONS(GUARD_COUNT))

GUARD_FUNCTIONS(GUARD_WRAPPER)

static guard_function_t guard_functions[GUARD_NFUNCTIONS] = {
    GUARD_FUNCTIONS(GUARD_FUNCTION)
};


int
pyexec_guard_install(PyObject *allow, PyObject *libraries, PyObject *loaders,
    int writable)
{
    size_t            i;
    PyObject         *module, *wrapper;
    guard_function_t *function;

    guard.allow = allow == Py_None ? NULL : allow;
    guard.libraries = libraries;
    guard.loaders = loaders;
    guard.writable = writable;

    Py_XINCREF(guard.allow);
    Py_INCREF(libraries);
    Py_INCREF(loaders);

    guard.stdlib = PySys_GetObject("stdlib_module_names");
    Py_XINCREF(guard.stdlib);

    module = PyImport_ImportModule("os");
    if (module == NULL) {
        return -1;
    }

    guard.os = PyModule_GetDict(module);

    module = PyImport_ImportModule("subprocess");
    if (module == NULL) {
        return -1;
    }

    guard.subprocess = PyModule_GetDict(module);

    for (i = 0; i < GUARD_NFUNCTIONS; i++) {
        function = &guard_functions[i];

        module = PyImport_ImportModule(function->module);
        if (module == NULL) {
            return -1;
        }

        function->original = PyObject_GetAttrString(module,
                                                    function->function);
        if (function->original == NULL) {
            return -1;
        }
    }

    for (i = 0; i < GUARD_NFUNCTIONS; i++) {
        function = &guard_functions[i];

        module = PyDict_GetItemString(PyImport_GetModuleDict(),
                                      function->module);
        wrapper = PyCFunction_NewEx(&function->method, module, NULL);

        if (wrapper == NULL
            || PyObject_SetAttrString(module, function->function, wrapper)
               == -1)
        {
            return -1;
        }

        Py_DECREF(wrapper);
    }

    if (PySys_AddAuditHook(guard_audit, NULL) == -1) {
        return -1;
    }

    return 0;
}


void
pyexec_guard_begin(void)
{
    guard.active = 1;
}


static PyObject *
guard_call(guard_function_t *function, PyObject *args, PyObject *kwargs)
{
    PyObject *approved, *name, *result;

    if (!guard.active || guard.allow == NULL || PyTuple_Size(args) == 0) {
        return PyObject_Call(function->original, args, kwargs);
    }

    name = PyTuple_GetItem(args, 0);
    Py_INCREF(name);

    if (function->attribute != NULL) {
        Py_DECREF(name);

        name = PyObject_GetAttrString(name, function->attribute);
        if (name == NULL) {
            return NULL;
        }
    }

    if (!PyUnicode_CheckExact(name)) {
        /* Not a name: the function says so itself. */
        result = PyObject_Call(function->original, args, kwargs);
        Py_DECREF(name);
        return result;
    }

    if (guard_import(name, args) == -1) {
        Py_DECREF(name);
        return NULL;
    }

    /* What it takes to carry it out are further calls of these functions. */
    approved = guard.approved;
    guard.approved = name;

    result = PyObject_Call(function->original, args, kwargs);

    guard.approved = approved;
    Py_DECREF(name);

    return result;
}


static int
guard_import(PyObject *name, PyObject *args)
{
    int       allowed, statement;
    PyObject *frame, *message, *root;

    root = guard_root(name);
    if (root == NULL) {
        return -1;
    }

    frame = (PyObject *) PyEval_GetFrame();

    /* The import statement, and C code, give all five arguments. */
    statement = PyTuple_Size(args) == 5;

    allowed = PySequence_Contains(guard.allow, root);

    if (statement && guard_owner(frame) == GUARD_PROGRAM
        && PyLong_AsLong(PyTuple_GetItem(args, 4)) > 0)
    {
        allowed = 0;

    } else if (allowed == 0 && guard.approved != NULL) {
        allowed = PyUnicode_Compare(guard.approved, name) == 0;
    }

    if (allowed == 0) {
        switch (guard_owner(frame)) {

        case GUARD_LOADER:
            allowed = 1;
            break;

        case GUARD_LIBRARY:
            allowed = statement || guard_is_own(root, frame);
            break;

        case GUARD_PROGRAM:
            allowed = statement && guard_is_internal(root, args);
            break;
        }
    }

    if (allowed == 0) {
        PyErr_Clear();
        message = PyUnicode_FromFormat("Disallowed import: %U", root);

        if (message != NULL) {
            (void) PyErr_SetImportError(message, name, NULL);
            Py_DECREF(message);
        }
    }

    Py_DECREF(root);

    return allowed == 1 ? 0 : -1;
}


/*
 * PyImport_Import() gives the same globals twice and an empty list; the
 * import statement gives None or a tuple.
 */
static int
guard_is_internal(PyObject *root, PyObject *args)
{
    size_t    i;
    PyObject *names;

    names = PyTuple_GetItem(args, 3);

    if (PyTuple_GetItem(args, 1) != PyTuple_GetItem(args, 2)
        || !PyList_CheckExact(names) || PyList_Size(names) != 0)
    {
        return 0;
    }

    /* The C code of a package imports what the package needs. */
    if (guard.stdlib != NULL
        && PySequence_Contains(guard.stdlib, root) == 0)
    {
        return 1;
    }

    for (i = 0; i < sizeof(guard_internal) / sizeof(char *); i++) {
        if (PyUnicode_CompareWithASCIIString(root, guard_internal[i]) == 0) {
            return 1;
        }
    }

    return 0;
}


/* Whether a library imports by a computed name what it may: its own parts. */
static int
guard_is_own(PyObject *root, PyObject *frame)
{
    int       own = 0;
    PyObject *globals, *name, *owner = NULL;

    if (guard.stdlib != NULL
        && PySequence_Contains(guard.stdlib, root) == 0)
    {
        return 1;
    }

    globals = PyObject_GetAttrString(frame, "f_globals");
    name = globals ? PyDict_GetItemString(globals, "__name__") : NULL;

    if (name != NULL && PyUnicode_Check(name)) {
        owner = guard_root(name);
    }

    if (owner != NULL) {
        own = PyUnicode_Compare(owner, root) == 0;
    }

    Py_XDECREF(owner);
    Py_XDECREF(globals);
    PyErr_Clear();

    return own;
}


static guard_owner_t
guard_owner(PyObject *frame)
{
    PyObject     *code, *name;
    guard_owner_t owner = GUARD_PROGRAM;

    if (frame == NULL) {
        return GUARD_PROGRAM;
    }

    code = (PyObject *) PyFrame_GetCode((PyFrameObject *) frame);
    name = PyObject_GetAttrString(code, "co_filename");

    if (name != NULL && guard_starts(name, guard.loaders)) {
        owner = GUARD_LOADER;

    } else if (name != NULL && guard_starts(name, guard.libraries)) {
        owner = GUARD_LIBRARY;
    }

    Py_XDECREF(name);
    Py_DECREF(code);
    PyErr_Clear();

    return owner;
}


static int
guard_starts(PyObject *text, PyObject *prefixes)
{
    Py_ssize_t i, n;

    n = PyTuple_Size(prefixes);

    for (i = 0; i < n; i++) {
        if (PyUnicode_Tailmatch(text, PyTuple_GetItem(prefixes, i), 0,
                                PY_SSIZE_T_MAX, -1)
            == 1)
        {
            return 1;
        }
    }

    return 0;
}


static PyObject *
guard_root(PyObject *name)
{
    Py_ssize_t dot;

    dot = PyUnicode_FindChar(name, '.', 0, PY_SSIZE_T_MAX, 1);

    if (dot < 0) {
        Py_INCREF(name);
        return name;
    }

    return PyUnicode_Substring(name, 0, dot);
}


static int
guard_audit(const char *event, PyObject *args, void *Py_UNUSED(data))
{
    if (!guard.active) {
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
        if (strcmp(event, "compile") == 0 && PyTuple_Size(args) == 2) {
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
    PyObject *mode, *path;

    if (guard.writable || PyTuple_Size(args) != 3) {
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

    /* Nothing is written there; subprocess.DEVNULL opens it. */
    if (PyUnicode_Check(path)
        && PyUnicode_CompareWithASCIIString(path, "/dev/null") == 0)
    {
        return 0;
    }

    if (mode != Py_None && PyUnicode_Check(mode)) {
        PyErr_Format(PyExc_PermissionError,
                     "Forbidden operation: open with mode '%U'", mode);

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
    PyObject                *back, *code, *frame, *globals, *name;
    const guard_operation_t *found, *operation;

    name = PyUnicode_FromString(function);
    operation = name ? guard_find("os", name) : NULL;
    Py_XDECREF(name);

    frame = (PyObject *) PyEval_GetFrame();
    Py_XINCREF(frame);

    while (frame != NULL && frame != Py_None) {
        globals = PyObject_GetAttrString(frame, "f_globals");
        Py_XDECREF(globals);

        /* subprocess may start processes; its shell is another matter. */
        if (globals == guard.subprocess) {
            Py_DECREF(frame);
            return 0;
        }

        if (globals != guard.os) {
            break;
        }

        code = (PyObject *) PyFrame_GetCode((PyFrameObject *) frame);
        name = PyObject_GetAttrString(code, "co_name");
        found = name ? guard_find("os", name) : NULL;

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

    return globals == guard.os ? guard_os("fork") : 0;
}


/* Raised by Popen._execute_child(), which has "shell" among its locals. */
static int
guard_popen(void)
{
    int                      shell = 0;
    PyObject                *back, *code, *frame, *globals, *locals, *name;
    PyObject                *value;
    const guard_operation_t *found, *operation = NULL;

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

    /* The outermost function of subprocess, or os.popen() around it. */
    Py_INCREF(frame);

    while (frame != NULL && frame != Py_None) {
        globals = PyObject_GetAttrString(frame, "f_globals");
        Py_XDECREF(globals);

        if (globals != guard.subprocess && globals != guard.os) {
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

        found = name ? guard_find(globals == guard.os ? "os" : "subprocess",
                                  name)
                     : NULL;

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

    return operation != NULL ? guard_refuse(operation) : 0;
}


/* A program must not pass its code off as a library's. */
static int
guard_compile(PyObject *filename)
{
    if (!PyUnicode_Check(filename)
        || guard_owner((PyObject *) PyEval_GetFrame()) != GUARD_PROGRAM
        || (!guard_starts(filename, guard.libraries)
            && !guard_starts(filename, guard.loaders)))
    {
        return 0;
    }

    PyErr_SetString(PyExc_PermissionError,
                    "Forbidden operation: compile under the file name of a "
                    "library");
    return -1;
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
