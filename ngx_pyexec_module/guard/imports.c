#include <stdlib.h>
#include <string.h>

#include "../policy/rules.h"
#include "approval.h"
#include "arguments.h"
#include "events.h"
#include "fromlist.h"
#include "hidden.h"
#include "imports.h"
#include "native.h"
#include "rights.h"
#include "whose.h"


/*
 * What tells a function what to import, by its first parameter:
 *
 *   STATEMENT  the name, as __import__() has it, with globals and a level;
 *   MODULE     the name, which may begin with dots, and a package;
 *   LEVEL      the name, a package and a level;
 *   NAME       the name alone;
 *   SPEC       a specification, that is, its name;
 *   RELOAD     a module, that is, its name;
 *   BUILTIN    a specification of a module in the interpreter;
 *   SHARED     a specification of a shared object.
 */
typedef enum {
    STATEMENT, MODULE, LEVEL, NAME, SPEC, RELOAD, BUILTIN, SHARED
} guard_form_t;


/* Every function that imports. */
#define GUARD_FUNCTIONS(X)                                                    \
    X(0, STATEMENT, "builtins", "__import__", "name",                         \
      "name, globals=None, locals=None, fromlist=(), level=0")                \
    X(1, STATEMENT, "importlib", "__import__", "name",                        \
      "name, globals=None, locals=None, fromlist=(), level=0")                \
    X(2, STATEMENT, "importlib._bootstrap", "__import__", "name",             \
      "name, globals=None, locals=None, fromlist=(), level=0")                \
    X(3, MODULE, "importlib", "import_module", "name",                        \
      "name, package=None")                                                   \
    X(4, LEVEL, "importlib._bootstrap", "_gcd_import", "name",                \
      "name, package=None, level=0")                                          \
    X(5, NAME, "importlib._bootstrap", "_find_and_load", "name",              \
      "name, import_")                                                        \
    X(6, NAME, "_imp", "init_frozen", NULL, "name, /")                        \
    X(7, RELOAD, "importlib", "reload", "module", "module")                   \
    X(8, SPEC, "importlib.util", "module_from_spec", "spec", "spec")          \
    X(9, SPEC, "importlib._bootstrap", "module_from_spec", "spec", "spec")    \
    X(10, SPEC, "importlib._bootstrap", "_load", "spec", "spec")              \
    X(11, SPEC, "importlib._bootstrap", "_exec", "spec", "spec, module")      \
    X(12, BUILTIN, "_imp", "create_builtin", NULL, "spec, /")                 \
    X(13, SHARED, "_imp", "create_dynamic", NULL, "spec, file=None, /")


typedef struct {
    guard_form_t  form;
    const char   *module;
    const char   *function;
    const char   *keyword;
    const char   *signature;
    PyMethodDef   method;
    PyObject     *original;
    PyObject     *guard;
} guard_function_t;


static const pyexec_guard_way_t guard_ways[] = {
    [STATEMENT] = PYEXEC_GUARD_BY_NAME,
    [MODULE]    = PYEXEC_GUARD_BY_NAME,
    [LEVEL]     = PYEXEC_GUARD_BY_NAME,
    [NAME]      = PYEXEC_GUARD_BY_NAME,
    [SPEC]      = PYEXEC_GUARD_BY_SPEC,
    [RELOAD]    = PYEXEC_GUARD_BY_NAME,
    [BUILTIN]   = PYEXEC_GUARD_BY_OBJECT,
    [SHARED]    = PYEXEC_GUARD_BY_OBJECT,
};

/* The attribute of the argument that is the name. */
static const char *const guard_attributes[] = {
    [SPEC] = "name", [RELOAD] = "__name__", [BUILTIN] = "name",
    [SHARED] = "name",
};

/* Where a level is, and the package that a relative name is relative to. */
static const pyexec_guard_parameter_t guard_level_of[] = {
    [STATEMENT] = { 4, "level" },
    [LEVEL]     = { 2, "level" },
};

static const pyexec_guard_parameter_t guard_package_of = { 1, "package" };
static const pyexec_guard_parameter_t guard_globals_of = { 1, "globals" };


/* What a call asks for; "name" and the call are kept by guard_ask(). */
typedef struct {
    pyexec_guard_call_t     call;
    PyObject               *name;
    PyObject               *package;    /* borrowed: it is relative to this */
    PyObject               *origin;     /* of a shared object; an exact str */
    pyexec_guard_request_t  request;
} guard_ask_t;


/* Modules of the interpreter's own; made again, they have no guards. */
static struct {
    const char *name;
    PyObject   *module;
} guard_modules[] = {
    { "_imp", NULL }, { "_posixsubprocess", NULL }, { "builtins", NULL },
    { "sys", NULL },
};

#define GUARD_NMODULES  (sizeof(guard_modules) / sizeof(guard_modules[0]))


static int guard_active;

/* The two attributes of a specification that native code is made from. */
static PyObject *guard_namespace;


static PyObject *guard_call(guard_function_t *function, PyObject *args,
    PyObject *kwargs);
static int guard_is_allowed(const guard_function_t *function,
    PyObject *args, PyObject *kwargs);
static int guard_is_importer(PyObject *object);
static int guard_replace(guard_function_t *function);
static int guard_keep_modules(void);
static PyObject *guard_module_of(const guard_function_t *function,
    const guard_ask_t *ask);
static int guard_is_interpreters(const guard_function_t *function,
    PyObject *args);
static PyObject *guard_call_checked(guard_function_t *function,
    PyObject *args, PyObject *kwargs);
static PyObject *guard_call_original(const guard_function_t *function,
    const guard_ask_t *ask, pyexec_guard_root_t *root);
static int guard_ask(const guard_function_t *function, guard_ask_t *ask);
static int guard_refuse_name(const guard_function_t *function,
    PyObject *name);
static int guard_ask_object(guard_ask_t *ask, PyObject *spec);
static int guard_ask_level(const guard_function_t *function,
    guard_ask_t *ask);
static int guard_ask_root(guard_ask_t *ask);
static void guard_ask_shape(const guard_function_t *function,
    guard_ask_t *ask);
static int guard_is_native_call(PyObject *args);
static pyexec_guard_root_t *guard_decide(const guard_function_t *function,
    const guard_ask_t *ask);
static pyexec_guard_root_t *guard_decide_relative(const guard_ask_t *ask);
static int guard_is_of_root(const guard_ask_t *ask,
    const pyexec_guard_root_t *root);
static void guard_disallow(const guard_ask_t *ask);


static guard_function_t guard_functions[];

#define GUARD_WRAPPER(n, form, module, function, keyword, signature)          \
    static PyObject *                                                         \
    guard_call_##n(PyObject *Py_UNUSED(self), PyObject *args,                 \
        PyObject *kwargs)                                                     \
    {                                                                         \
        return guard_call(&guard_functions[n], args, kwargs);                 \
    }

#define GUARD_FUNCTION(n, form, module, function, keyword, signature)         \
    { form, module, function, keyword, signature,                             \
      { function, (PyCFunction) (void (*)(void)) guard_call_##n,              \
        METH_VARARGS|METH_KEYWORDS, NULL },                                   \
      NULL, NULL },

#define GUARD_NAME(n, form, module, function, keyword, signature)  function,

#define GUARD_COUNT(n, form, module, function, keyword, signature)  + 1

#define GUARD_NFUNCTIONS  (0 GUARD_FUNCTIONS(GUARD_COUNT))

GUARD_FUNCTIONS(GUARD_WRAPPER)

static guard_function_t guard_functions[GUARD_NFUNCTIONS] = {
    GUARD_FUNCTIONS(GUARD_FUNCTION)
};

static const char *const guard_names[GUARD_NFUNCTIONS] = {
    GUARD_FUNCTIONS(GUARD_NAME)
};


int
pyexec_guard_imports_install(void)
{
    size_t            i;
    PyObject         *module;
    guard_function_t *function;

    module = PyImport_ImportModule("types");
    guard_namespace = module ? PyObject_GetAttrString(module,
                                                      "SimpleNamespace")
                             : NULL;
    Py_XDECREF(module);

    if (guard_namespace == NULL) {
        return -1;
    }

    /* All of them first: one may be in two modules. */
    for (i = 0; i < GUARD_NFUNCTIONS; i++) {
        function = &guard_functions[i];

        module = PyImport_ImportModule(function->module);
        function->original = module ? PyObject_GetAttrString(module,
                                                        function->function)
                                    : NULL;
        Py_XDECREF(module);

        if (function->original == NULL) {
            return -1;
        }
    }

    for (i = 0; i < GUARD_NFUNCTIONS; i++) {
        if (guard_replace(&guard_functions[i]) == -1) {
            return -1;
        }
    }

    if (guard_keep_modules() == -1
        || pyexec_guard_fromlist_install(guard_functions[0].original,
                                         guard_functions[0].guard) == -1
        || pyexec_guard_native_install() == -1)
    {
        return -1;
    }

    return pyexec_guard_rights_install(guard_names, GUARD_NFUNCTIONS,
                                       guard_is_importer);
}


void
pyexec_guard_imports_begin(void)
{
    guard_active = 1;
    pyexec_guard_fromlist_begin();
}


static int
guard_keep_modules(void)
{
    size_t i;

    for (i = 0; i < GUARD_NMODULES; i++) {
        guard_modules[i].module =
            PyImport_ImportModule(guard_modules[i].name);

        if (guard_modules[i].module == NULL) {
            return -1;
        }
    }

    return 0;
}


static int
guard_replace(guard_function_t *function)
{
    int       rc;
    char     *text;
    size_t    len;
    PyObject *doc, *bytes, *module, *name;

    /* As a function of C code has its signature. */
    doc = PyObject_GetAttrString(function->original, "__doc__");
    bytes = doc && PyUnicode_Check(doc) ? PyUnicode_AsUTF8String(doc)
                                        : PyBytes_FromString("");
    Py_XDECREF(doc);
    PyErr_Clear();

    if (bytes == NULL) {
        return -1;
    }

    len = strlen(function->function) + strlen(function->signature)
          + PyBytes_Size(bytes) + sizeof("()\n--\n\n");

    text = malloc(len);
    if (text == NULL) {
        Py_DECREF(bytes);
        PyErr_NoMemory();
        return -1;
    }

    (void) PyOS_snprintf(text, len, "%s(%s)\n--\n\n%s", function->function,
                         function->signature, PyBytes_AsString(bytes));
    Py_DECREF(bytes);
    function->method.ml_doc = text;

    module = PyDict_GetItemString(PyImport_GetModuleDict(), function->module);
    name = PyUnicode_FromString(function->module);

    function->guard = name ? PyCFunction_NewEx(&function->method, module, name)
                           : NULL;
    Py_XDECREF(name);

    if (function->guard == NULL) {
        return -1;
    }

    rc = PyObject_SetAttrString(module, function->function, function->guard);

    /* What is not tracked is not found among all functions later. */
    if (pyexec_guard_whose_function(function->original) == -1) {
        return -1;
    }

    /* The garbage collector tells a program of all that it tracks. */
    if (PyObject_GC_IsTracked(function->original)) {
        PyObject_GC_UnTrack(function->original);
    }

    return rc;
}


static int
guard_is_importer(PyObject *object)
{
    size_t i;

    for (i = 0; i < GUARD_NFUNCTIONS; i++) {
        if (object == guard_functions[i].guard) {
            return 1;
        }
    }

    return 0;
}


/* The way of nearly all calls is through here: it makes no object. */

static PyObject *
guard_call(guard_function_t *function, PyObject *args, PyObject *kwargs)
{
    PyObject *handed, *result;

    if (!guard_active) {
        (void) pyexec_guard_native_learns();

    } else if (!guard_is_allowed(function, args, kwargs)) {
        return guard_call_checked(function, args, kwargs);

    } else if (guard_is_interpreters(function, args)) {
        handed = pyexec_guard_fromlist_hand(args, 1);
        result = handed ? PyObject_Call(function->original, handed, kwargs)
                        : NULL;
        Py_XDECREF(handed);

        return result;
    }

    return PyObject_Call(function->original, args, kwargs);
}


/*
 * Whether it is the interpreter's call of _find_and_load(): it hands on its
 * own function, which nobody else has.
 */

static int
guard_is_interpreters(const guard_function_t *function, PyObject *args)
{
    return function->form == NAME && PyTuple_Size(args) == 2
           && PyTuple_GetItem(args, 1) == guard_functions[0].original;
}


/* Whether it is, at first sight, the import of a name that is allowed. */

static int
guard_is_allowed(const guard_function_t *function, PyObject *args,
    PyObject *kwargs)
{
    PyObject            *name, *level;
    Py_ssize_t           len, n;
    const char          *text;
    pyexec_guard_root_t *root;

    n = PyTuple_Size(args);

    if (kwargs != NULL || n == 0
        || (function->form != STATEMENT && function->form != NAME))
    {
        return 0;
    }

    name = PyTuple_GetItem(args, 0);
    if (!PyUnicode_CheckExact(name)) {
        return 0;
    }

    if (n == 5) {
        level = PyTuple_GetItem(args, 4);
        if (!PyLong_CheckExact(level) || PyLong_AsLong(level) != 0) {
            PyErr_Clear();
            return 0;
        }
    }

    text = PyUnicode_AsUTF8AndSize(name, &len);
    if (text == NULL) {
        PyErr_Clear();
        return 0;
    }

    root = pyexec_guard_root_find(text, pyexec_guard_root_len(text, len));

    return root != NULL && root->allowed;
}


static PyObject *
guard_call_checked(guard_function_t *function, PyObject *args,
    PyObject *kwargs)
{
    PyObject            *result;
    guard_ask_t          ask;
    pyexec_guard_root_t *root;

    memset(&ask, 0, sizeof(ask));

    if (pyexec_guard_arguments_take(&ask.call, args, kwargs) == -1) {
        return NULL;
    }

    if (guard_ask(function, &ask) == -1) {
        result = NULL;

    } else if (ask.name == NULL) {

        /* Not a name: the function says so itself, it has nothing else. */
        result = guard_call_original(function, &ask, NULL);

    } else {
        root = guard_decide(function, &ask);

        if (root == NULL) {
            guard_disallow(&ask);
            result = NULL;

        } else {
            result = guard_module_of(function, &ask);

            if (result == NULL) {
                result = guard_call_original(function, &ask, root);
            }
        }
    }

    Py_XDECREF(ask.origin);
    Py_XDECREF(ask.name);
    pyexec_guard_arguments_drop(&ask.call);

    return result;
}


/* The module that is there already, where it must not be made again. */

static PyObject *
guard_module_of(const guard_function_t *function, const guard_ask_t *ask)
{
    size_t i;

    if (function->form != BUILTIN && function->form != SHARED) {
        return NULL;
    }

    for (i = 0; i < GUARD_NMODULES; i++) {
        if (PyUnicode_CompareWithASCIIString(ask->name, guard_modules[i].name)
            == 0)
        {
            Py_INCREF(guard_modules[i].module);
            return guard_modules[i].module;
        }
    }

    return NULL;
}


static PyObject *
guard_call_original(const guard_function_t *function, const guard_ask_t *ask,
    pyexec_guard_root_t *root)
{
    PyObject                *args, *result;
    pyexec_guard_approval_t  outer;

    args = ask->call.args;

    if (guard_is_interpreters(function, args)) {
        args = pyexec_guard_fromlist_hand(args, 1);
        if (args == NULL) {
            return NULL;
        }

    } else {
        Py_INCREF(args);
    }

    outer = pyexec_guard_approval;
    pyexec_guard_approval.frame = ask->request.frame;
    pyexec_guard_approval.root = root;
    pyexec_guard_approval.shared = function->form == SHARED ? ask->origin
                                                            : NULL;

    result = PyObject_Call(function->original, args, ask->call.kwargs);

    pyexec_guard_approval = outer;
    Py_DECREF(args);

    return result;
}


/*
 * What a call asks for.  The name stays NULL where the argument is none.
 * Returns -1 with a Python exception.
 */

static int
guard_ask(const guard_function_t *function, guard_ask_t *ask)
{
    int                       rc;
    PyObject                 *value;
    const char               *attribute = guard_attributes[function->form];
    pyexec_guard_parameter_t  parameter = { 0, function->keyword };

    ask->request.frame = (PyObject *) PyEval_GetFrame();
    ask->request.way = guard_ways[function->form];

    if (pyexec_guard_argument_text(&ask->call, parameter, &value) == -1) {
        return -1;
    }

    if (value == NULL) {
        return 0;
    }

    if (attribute == NULL) {
        Py_INCREF(value);
        ask->name = value;

    } else {
        ask->name = PyObject_GetAttrString(value, attribute);

        if (ask->name == NULL) {
            return -1;
        }
    }

    if (!PyUnicode_Check(ask->name)) {
        value = ask->name;
        ask->name = NULL;

        rc = guard_refuse_name(function, value);
        Py_DECREF(value);

        return rc;
    }

    value = PyUnicode_FromObject(ask->name);
    Py_DECREF(ask->name);
    ask->name = value;

    if (value == NULL) {
        return -1;
    }

    if (guard_ways[function->form] == PYEXEC_GUARD_BY_OBJECT
        && guard_ask_object(ask, pyexec_guard_argument(&ask->call, parameter))
           == -1)
    {
        return -1;
    }

    if (guard_ask_level(function, ask) == -1 || guard_ask_root(ask) == -1) {
        return -1;
    }

    guard_ask_shape(function, ask);

    return 0;
}


/*
 * What is no str may say something else each time it is asked.  Functions in
 * C refuse an argument like that, and the others get no further than to the
 * next guard; but those that take a name, or one of a specification, as it is
 * must not see it.  Returns 0 where the function says so itself.
 */

static int
guard_refuse_name(const guard_function_t *function, PyObject *name)
{
    switch (function->form) {

    case STATEMENT:
    case LEVEL:
    case NAME:
        if (PyCFunction_Check(function->original)) {
            return 0;
        }

        break;

    case BUILTIN:
    case SHARED:
        break;

    default:
        return 0;
    }

    PyErr_Format(PyExc_TypeError, "module name must be str, not %R",
                 (PyObject *) Py_TYPE(name));

    return -1;
}


/* A copy of what native code is made from, which nobody else can change. */

static int
guard_ask_object(guard_ask_t *ask, PyObject *spec)
{
    int                       rc = -1;
    PyObject                 *args, *copy = NULL, *exact, *kwargs, *origin;
    pyexec_guard_parameter_t  parameter = { 0, NULL };

    origin = PyObject_GetAttrString(spec, "origin");
    if (origin == NULL) {
        PyErr_Clear();
        Py_INCREF(Py_None);
        origin = Py_None;
    }

    if (PyUnicode_Check(origin)) {
        exact = PyUnicode_FromObject(origin);
        Py_DECREF(origin);
        origin = exact;
    }

    args = PyTuple_New(0);
    kwargs = origin ? Py_BuildValue("{sOsO}", "name", ask->name, "origin",
                                    origin)
                    : NULL;

    if (args != NULL && kwargs != NULL) {
        copy = PyObject_Call(guard_namespace, args, kwargs);
    }

    if (copy != NULL) {
        rc = pyexec_guard_argument_replace(&ask->call, parameter, copy);
    }

    if (rc == 0 && PyUnicode_CheckExact(origin)) {
        Py_INCREF(origin);
        ask->origin = origin;
    }

    Py_XDECREF(copy);
    Py_XDECREF(kwargs);
    Py_XDECREF(args);
    Py_XDECREF(origin);

    return rc;
}


/* The level of a relative import, and the package where it is an argument. */

static int
guard_ask_level(const guard_function_t *function, guard_ask_t *ask)
{
    int         overflow;
    PyObject   *value;
    Py_ssize_t  i, len;

    if (function->form == STATEMENT || function->form == LEVEL) {
        if (pyexec_guard_argument_number(&ask->call,
                                         guard_level_of[function->form],
                                         &value)
            == -1)
        {
            return -1;
        }

        if (value != NULL && PyLong_Check(value)) {
            ask->request.level = PyLong_AsLongAndOverflow(value, &overflow);
        }

    } else if (function->form == MODULE) {
        len = PyUnicode_GetLength(ask->name);

        for (i = 0; i < len && PyUnicode_ReadChar(ask->name, i) == '.'; i++) {
            ask->request.level++;
        }
    }

    if (ask->request.level > 0 && function->form != STATEMENT) {
        if (pyexec_guard_argument_text(&ask->call, guard_package_of, &value)
            == -1)
        {
            return -1;
        }

        /* Relative to a name that is said is as good as that name. */
        if (value != NULL && PyUnicode_CheckExact(value)) {
            ask->package = value;
            ask->request.level = 0;
        }
    }

    return 0;
}


static int
guard_ask_root(guard_ask_t *ask)
{
    PyObject   *name;
    Py_ssize_t  len;

    name = ask->package != NULL ? ask->package : ask->name;

    ask->request.root = PyUnicode_AsUTF8AndSize(name, &len);

    if (ask->request.root == NULL) {
        /* No module has such a name. */
        PyErr_Clear();
        ask->request.root = "";
        len = 0;
    }

    ask->request.len = pyexec_guard_root_len(ask->request.root, len);

    return 0;
}


/* Whether it comes as the import statement comes, or as from C code. */

static void
guard_ask_shape(const guard_function_t *function, guard_ask_t *ask)
{
    if (ask->call.kwargs != NULL) {
        return;
    }

    if (guard_is_interpreters(function, ask->call.args)) {
        ask->request.native = 1;
    }

    if (function->form == STATEMENT && PyTuple_Size(ask->call.args) == 5) {
        ask->request.statement = ask->name;
        ask->request.native = guard_is_native_call(ask->call.args);
    }
}


/*
 * PyImport_Import() gives the same globals twice and an empty list; the
 * import statement gives None or a tuple.
 */

static int
guard_is_native_call(PyObject *args)
{
    PyObject *names = PyTuple_GetItem(args, 3);

    return PyTuple_GetItem(args, 1) == PyTuple_GetItem(args, 2)
           && PyList_CheckExact(names) && PyList_Size(names) == 0;
}


/* The root that may be imported, or NULL. */

static pyexec_guard_root_t *
guard_decide(const guard_function_t *function, const guard_ask_t *ask)
{
    pyexec_guard_root_t *root;

    if (ask->request.level > 0) {
        return guard_decide_relative(ask);
    }

    root = pyexec_guard_root_find(ask->request.root, ask->request.len);

    if (root == NULL || !root->allowed) {
        root = pyexec_guard_right(&ask->request);

        /* Its files are a library from now on. */
        if (root != NULL && ask->request.way == PYEXEC_GUARD_BY_NAME) {
            root->approved = 1;
        }
    }

    return root != NULL && function->form == SHARED
           && !guard_is_of_root(ask, root)
           ? NULL : root;
}


/*
 * Relative to the module of the frame, as a statement is.  Libraries import
 * their own parts so, all the time: where these are allowed anyway, it need
 * not be proved that it is a library.
 */

static pyexec_guard_root_t *
guard_decide_relative(const guard_ask_t *ask)
{
    int                  looks;
    PyObject            *code, *globals, *package;
    Py_ssize_t           len;
    const char          *text;
    pyexec_guard_root_t *named = NULL, *root = NULL;

    if (ask->request.frame == NULL) {
        return NULL;
    }

    code = pyexec_guard_frame_code(ask->request.frame);
    looks = pyexec_guard_looks_like_library(code);
    Py_DECREF(code);

    globals = PyObject_GetAttrString(ask->request.frame, "f_globals");
    package = globals ? PyDict_GetItemString(globals, "__package__") : NULL;
    text = package != NULL && PyUnicode_CheckExact(package)
           ? PyUnicode_AsUTF8AndSize(package, &len) : NULL;

    if (text != NULL) {
        named = pyexec_guard_root_find(text, pyexec_guard_root_len(text, len));
    }

    if (looks && globals == pyexec_guard_argument(&ask->call,
                                                  guard_globals_of))
    {
        root = named != NULL && named->allowed
               ? named : pyexec_guard_right(&ask->request);
    }

    Py_XDECREF(globals);
    PyErr_Clear();

    return text == NULL || root == named ? root : NULL;
}


/* Whether a shared object is of the package whose name it is given. */

static int
guard_is_of_root(const guard_ask_t *ask, const pyexec_guard_root_t *root)
{
    int                   is = 0;
    Py_ssize_t            len;
    const char           *text;
    pyexec_guard_place_t  place;

    text = ask->origin ? PyUnicode_AsUTF8AndSize(ask->origin, &len) : NULL;

    if (text != NULL) {
        place = pyexec_guard_place(text, len);
        is = place.kind != PYEXEC_GUARD_PROGRAM
             && place.root_len == root->len
             && memcmp(place.root, root->name, root->len) == 0;
    }

    PyErr_Clear();

    return is;
}


/*
 * The interpreter says so itself before it loads a shared object, whoever
 * told it to: only what the guard of create_dynamic() has seen is loaded, and
 * that once.
 */

int
pyexec_guard_import(PyObject *args)
{
    int         is;
    PyObject   *path;
    Py_ssize_t  len;
    const char *name;

    if (!guard_active || PyTuple_Size(args) != 5) {
        return 0;
    }

    path = PyTuple_GetItem(args, 1);
    if (path == Py_None) {
        return 0;
    }

    is = pyexec_guard_approval.shared != NULL && PyUnicode_CheckExact(path)
         && PyUnicode_Compare(path, pyexec_guard_approval.shared) == 0;
    pyexec_guard_approval.shared = NULL;

    if (is) {
        return 0;
    }

    name = PyUnicode_Check(PyTuple_GetItem(args, 0))
           ? PyUnicode_AsUTF8AndSize(PyTuple_GetItem(args, 0), &len) : NULL;
    PyErr_Clear();
    PyErr_Format(PyExc_ImportError, PYEXEC_RULES_IMPORT,
                 name != NULL ? name : "?");

    return -1;
}


static void
guard_disallow(const guard_ask_t *ask)
{
    char      dots[16] = "";
    long      level = ask->request.level;
    PyObject *bytes, *message = NULL, *root, *shown = NULL;

    while (level-- > 0 && strlen(dots) < sizeof(dots) - 1) {
        strcat(dots, ".");
    }

    root = PyUnicode_FromStringAndSize(ask->request.root, ask->request.len);

    if (root != NULL && PyUnicode_GetLength(root) == 0
        && ask->request.level == 0)
    {
        Py_DECREF(root);
        root = PyObject_ASCII(ask->name);
    }

    shown = root ? PyUnicode_FromFormat("%s%U", dots, root) : NULL;
    bytes = shown ? PyUnicode_AsUTF8String(shown) : NULL;

    if (bytes != NULL) {
        message = PyUnicode_FromFormat(PYEXEC_RULES_IMPORT,
                                       PyBytes_AsString(bytes));
    }

    if (message != NULL) {
        (void) PyErr_SetImportError(message, ask->name, NULL);
    }

    Py_XDECREF(message);
    Py_XDECREF(bytes);
    Py_XDECREF(shown);
    Py_XDECREF(root);
}
