#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <string.h>

#include "../policy/rules.h"
#include "state.h"


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
    "typing", "unicodedata", "warnings", "weakref", "zoneinfo",
};


/* The names of the standard library; NULL before 3.10, which has no list. */
static PyObject *guard_stdlib;

/*
 * The Python frame whose import is being carried out: what C code calls for
 * that, with no other frame above it, is part of it.
 */
static PyObject *guard_approved;
static int guard_approving;


static void guard_disallow(PyObject *root, PyObject *name, long level);
static int guard_is_internal(PyObject *root, PyObject *args);
static int guard_is_own(PyObject *root, PyObject *frame,
    const char *function);
static PyObject *guard_root(PyObject *name);


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
static int guard_import(const guard_function_t *function, PyObject *name,
    PyObject *args);

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
pyexec_guard_imports_install(void)
{
    size_t            i;
    PyObject         *module, *wrapper;
    guard_function_t *function;

    guard_stdlib = PySys_GetObject("stdlib_module_names");
    Py_XINCREF(guard_stdlib);

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

    return 0;
}


static PyObject *
guard_call(guard_function_t *function, PyObject *args, PyObject *kwargs)
{
    PyObject *approved, *name, *result;

    if (!pyexec_guard.active || pyexec_guard.allow == NULL
        || PyTuple_Size(args) == 0)
    {
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

    if (guard_import(function, name, args) == -1) {
        Py_DECREF(name);
        return NULL;
    }

    approved = guard_approved;
    guard_approved = (PyObject *) PyEval_GetFrame();
    guard_approving++;

    result = PyObject_Call(function->original, args, kwargs);

    guard_approving--;
    guard_approved = approved;
    Py_DECREF(name);

    return result;
}


static int
guard_import(const guard_function_t *function, PyObject *name,
    PyObject *args)
{
    int       allowed, statement;
    long      level = 0;
    PyObject *frame, *root;

    root = guard_root(name);
    if (root == NULL) {
        return -1;
    }

    frame = (PyObject *) PyEval_GetFrame();

    /* The import statement, and C code, give all five arguments. */
    statement = PyTuple_Size(args) == 5;

    allowed = PySequence_Contains(pyexec_guard.allow, root);

    /* A future statement is for the compiler. */
    if (PyUnicode_CompareWithASCIIString(name, "__future__") == 0) {
        allowed = 1;
    }

    /* A program is no package: a relative import of it leads elsewhere. */
    if (statement && pyexec_guard_owner(frame) == PYEXEC_GUARD_PROGRAM) {
        level = PyLong_AsLong(PyTuple_GetItem(args, 4));
    }

    if (level > 0) {
        allowed = 0;

    } else if (allowed == 0 && guard_approving) {
        allowed = frame == guard_approved;
    }

    if (allowed == 0) {
        switch (pyexec_guard_owner(frame)) {

        case PYEXEC_GUARD_LOADER:
            allowed = 1;
            break;

        case PYEXEC_GUARD_LIBRARY:
            allowed = statement
                      || guard_is_own(root, frame, function->function);
            break;

        case PYEXEC_GUARD_PROGRAM:
            allowed = statement && guard_is_internal(root, args);
            break;
        }
    }

    if (allowed == 0) {
        PyErr_Clear();
        guard_disallow(root, name, level);
    }

    Py_DECREF(root);

    return allowed == 1 ? 0 : -1;
}


static void
guard_disallow(PyObject *root, PyObject *name, long level)
{
    char      dots[16] = "";
    PyObject *bytes, *message = NULL, *shown;

    while (level-- > 0 && strlen(dots) < sizeof(dots) - 1) {
        strcat(dots, ".");
    }

    shown = PyUnicode_FromFormat("%s%U", dots, root);
    bytes = shown ? PyUnicode_AsUTF8String(shown) : NULL;

    if (bytes != NULL) {
        message = PyUnicode_FromFormat(PYEXEC_RULES_IMPORT,
                                       PyBytes_AsString(bytes));
    }

    if (message != NULL) {
        (void) PyErr_SetImportError(message, name, NULL);
    }

    Py_XDECREF(message);
    Py_XDECREF(bytes);
    Py_XDECREF(shown);
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
    if (guard_stdlib != NULL
        && PySequence_Contains(guard_stdlib, root) == 0)
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


/*
 * Whether it is a library's own doing that it imports by a computed name, not
 * that of a program which handed it a function to call: its code names the
 * function.  The standard library only loads parts of its packages so.
 */
static int
guard_is_own(PyObject *root, PyObject *frame, const char *function)
{
    int       own = 0;
    PyObject *code, *globals, *name, *names, *owner = NULL;

    code = (PyObject *) PyFrame_GetCode((PyFrameObject *) frame);
    names = PyObject_GetAttrString(code, "co_names");
    name = PyUnicode_FromString(function);

    if (names != NULL && name != NULL) {
        own = PySequence_Contains(names, name) == 1;
    }

    Py_XDECREF(name);
    Py_XDECREF(names);
    Py_DECREF(code);

    globals = PyObject_GetAttrString(frame, "f_globals");
    name = globals ? PyDict_GetItemString(globals, "__name__") : NULL;

    if (own && name != NULL && PyUnicode_Check(name)) {
        owner = guard_root(name);
    }

    if (owner != NULL && guard_stdlib != NULL
        && PySequence_Contains(guard_stdlib, owner) == 1)
    {
        own = PyUnicode_Compare(owner, root) == 0;
    }

    Py_XDECREF(owner);
    Py_XDECREF(globals);
    PyErr_Clear();

    return own;
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
