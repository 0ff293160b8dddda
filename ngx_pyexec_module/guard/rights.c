#include <limits.h>
#include <string.h>

#include "approval.h"
#include "hidden.h"
#include "native.h"
#include "rights.h"
#include "statements.h"
#include "verify.h"
#include "whose.h"


/* How far the frames of libraries are looked at. */
#define GUARD_RIGHTS_FRAMES  64

/* Flags of code with a scope of its own; a module's has none of them. */
#define GUARD_CO_OPTIMIZED   0x0001
#define GUARD_CO_NEWLOCALS   0x0002

/* What it imports is said by the data that it reads. */
#define GUARD_PICKLE         "_pickle"


__thread pyexec_guard_approval_t pyexec_guard_approval;

static const char *const   *guard_names;
static size_t               guard_nnames;
static int                (*guard_is_importer)(PyObject *object);


typedef struct {
    const pyexec_guard_request_t *request;
    PyObject                     *code;     /* of the frame; or NULL */
    const pyexec_guard_owner_t   *owner;
} guard_asking_t;


static int guard_right_approved(const guard_asking_t *asking);
static int guard_right_statement(const guard_asking_t *asking);
static int guard_right_specification(const guard_asking_t *asking);
static int guard_right_call(const guard_asking_t *asking);
static int guard_right_generated(const guard_asking_t *asking);
static int guard_right_native(const guard_asking_t *asking);
static int guard_makes_native(const guard_asking_t *asking);
static int guard_means_to_import(PyObject *code, PyObject *frame);
static int guard_is_alias(PyObject *name, PyObject *globals);
static int guard_class_has_alias(PyObject *class, PyObject *name);
static int guard_names_root(PyObject *frame,
    const pyexec_guard_request_t *request, int files);
static int guard_file_names(PyObject *code,
    const pyexec_guard_request_t *request);
static int guard_code_names(PyObject *code,
    const pyexec_guard_request_t *request, int deep);
static int guard_constants_name(PyObject *constants,
    const pyexec_guard_request_t *request);
static int guard_text_names(const char *text, size_t len,
    const pyexec_guard_request_t *request);
static int guard_is_root(const pyexec_guard_root_t *root,
    const pyexec_guard_request_t *request);
static int guard_is(const pyexec_guard_root_t *root, const char *name,
    size_t len);


/* The cheapest first; each is enough. */
static int (*const guard_rights[])(const guard_asking_t *asking) = {
    guard_right_approved,
    guard_right_statement,
    guard_right_specification,
    guard_right_call,
    guard_right_generated,
    guard_right_native,
};


int
pyexec_guard_rights_install(const char *const *names, size_t n,
    int (*is_importer)(PyObject *object))
{
    guard_names = names;
    guard_nnames = n;
    guard_is_importer = is_importer;

    return pyexec_guard_statements_install();
}


pyexec_guard_root_t *
pyexec_guard_right(const pyexec_guard_request_t *request)
{
    size_t               i;
    guard_asking_t       asking;
    pyexec_guard_root_t *root = NULL;

    asking.request = request;
    asking.code = request->frame ? pyexec_guard_frame_code(request->frame)
                                 : NULL;
    asking.owner = pyexec_guard_whose_code(asking.code);

    if (request->level > 0) {

        /* A program is no package: its relative import leads elsewhere. */
        if (guard_right_statement(&asking)
            || (asking.owner->kind != PYEXEC_GUARD_PROGRAM
                && guard_means_to_import(asking.code, request->frame)))
        {
            root = asking.owner->root;
        }

    } else {
        for (i = 0; i < sizeof(guard_rights) / sizeof(guard_rights[0]); i++) {
            if (guard_rights[i](&asking)) {
                root = pyexec_guard_root_add(request->root, request->len);
                break;
            }
        }
    }

    Py_XDECREF(asking.code);
    PyErr_Clear();

    return root;
}


/* A part of the import that is being carried out. */

static int
guard_right_approved(const guard_asking_t *asking)
{
    return pyexec_guard_approval.root != NULL
           && guard_is_root(pyexec_guard_approval.root, asking->request)
           && (asking->request->frame == pyexec_guard_approval.frame
               || asking->owner->kind == PYEXEC_GUARD_LOADER);
}


/* An import statement of a library's. */

static int
guard_right_statement(const guard_asking_t *asking)
{
    return asking->request->statement != NULL
           && asking->owner->kind != PYEXEC_GUARD_PROGRAM
           && pyexec_guard_statements_have(asking->code,
                                           asking->request->statement);
}


/*
 * A package that has found a module by itself, under whatever name.  Nothing
 * is searched for then, and what is run has no rights by it.
 */

static int
guard_right_specification(const guard_asking_t *asking)
{
    return asking->request->way == PYEXEC_GUARD_BY_SPEC
           && asking->owner->kind == PYEXEC_GUARD_PACKAGE
           && guard_means_to_import(asking->code, asking->request->frame);
}


/*
 * A library's call of a function that imports, for a name that it has itself:
 * not for one that a program handed it, and not of a function that a program
 * handed it.
 */

static int
guard_right_call(const guard_asking_t *asking)
{
    return asking->owner->kind != PYEXEC_GUARD_PROGRAM
           && guard_means_to_import(asking->code, asking->request->frame)
           && guard_names_root(asking->request->frame, asking->request, 1);
}


/*
 * A statement in code that a package has made, as a template or as a function
 * of a formula, and runs now.  It may import what the package names, too.  The
 * standard library makes no such code: what it runs is what it was given.
 */

static int
guard_right_generated(const guard_asking_t *asking)
{
    int       generated = 0;
    long      flags;
    PyObject *back, *value;

    if (asking->request->statement == NULL
        || asking->request->frame == NULL
        || asking->owner->kind != PYEXEC_GUARD_PROGRAM)
    {
        return 0;
    }

    value = PyObject_GetAttrString(asking->code, "co_flags");
    flags = value ? PyLong_AsLong(value) : -1;
    Py_XDECREF(value);

    if (flags & (GUARD_CO_OPTIMIZED|GUARD_CO_NEWLOCALS)) {
        return 0;
    }

    back = pyexec_guard_frame_back(asking->request->frame);

    if (back != NULL
        && pyexec_guard_whose_frame(back)->kind == PYEXEC_GUARD_PACKAGE)
    {
        generated = guard_names_root(back, asking->request, 0)
                    && pyexec_guard_statements_of(asking->code,
                                                asking->request->statement);
    }

    Py_XDECREF(back);

    return generated;
}


static int
guard_right_native(const guard_asking_t *asking)
{
    char                  file[PATH_MAX];
    pyexec_guard_root_t  *asked, *root;
    pyexec_guard_place_t  place;

    if (!asking->request->native) {
        return 0;
    }

    asked = pyexec_guard_root_find(asking->request->root,
                                   asking->request->len);

    /* Nobody else wants those; to open a module's source asks for "_io". */
    if (asked != NULL && asked->native && asked->name[0] == '_') {
        return 1;
    }

    switch (pyexec_guard_native(&place, file, sizeof(file))) {

    case PYEXEC_GUARD_NATIVE_UNKNOWN:

        return (asked != NULL && asked->native)
               || guard_makes_native(asking);

    case PYEXEC_GUARD_NATIVE_PYTHON:

        /* A module that is part of it knows what it belongs to. */
        return (asked != NULL && (asked->native || asked->approved))
               || guard_makes_native(asking);

    case PYEXEC_GUARD_NATIVE_DATA:
        return asked != NULL && asked->data;

    case PYEXEC_GUARD_NATIVE_LIBRARY:
        root = pyexec_guard_root_find(place.root, place.root_len);

        if (root == NULL || !(root->allowed || root->approved)) {
            return 0;
        }

        return guard_is(root, GUARD_PICKLE, sizeof(GUARD_PICKLE) - 1)
               ? asked != NULL && asked->data : 1;

    default:
        return 0;
    }
}


/*
 * Whether the import system makes a module of native code just now, which
 * belongs to the interpreter: it may import what it needs to begin with.
 */

static int
guard_makes_native(const guard_asking_t *asking)
{
    int       makes = 0;
    PyObject *back, *code;

    if (pyexec_guard_approval.root == NULL
        || asking->owner->kind != PYEXEC_GUARD_LOADER
        || !pyexec_guard_code_is_named(asking->code,
                                       "_call_with_frames_removed"))
    {
        return 0;
    }

    back = pyexec_guard_frame_back(asking->request->frame);

    if (back != NULL) {
        code = pyexec_guard_frame_code(back);
        makes = pyexec_guard_whose_code(code)->kind == PYEXEC_GUARD_LOADER
                && (pyexec_guard_code_is_named(code, "create_module")
                    || pyexec_guard_code_is_named(code, "exec_module"));
        Py_DECREF(code);
        Py_DECREF(back);
    }

    return makes;
}


/*
 * Whether code has the name of a function that imports in it, or a name of
 * its own for one: in its module, or in a class there.
 */

static int
guard_means_to_import(PyObject *code, PyObject *frame)
{
    int         means = 0;
    size_t      j;
    PyObject   *globals, *name, *names;
    Py_ssize_t  i;

    names = PyObject_GetAttrString(code, "co_names");
    globals = PyObject_GetAttrString(frame, "f_globals");

    for (i = 0; names != NULL && globals != NULL && !means
                && i < PyTuple_Size(names); i++)
    {
        name = PyTuple_GetItem(names, i);

        for (j = 0; j < guard_nnames && !means; j++) {
            means = PyUnicode_CompareWithASCIIString(name, guard_names[j])
                    == 0;
        }
    }

    for (i = 0; names != NULL && globals != NULL && !means
                && i < PyTuple_Size(names); i++)
    {
        means = guard_is_alias(PyTuple_GetItem(names, i), globals);
    }

    Py_XDECREF(names);
    Py_XDECREF(globals);
    PyErr_Clear();

    return means;
}


static int
guard_is_alias(PyObject *name, PyObject *globals)
{
    int         found;
    PyObject   *key, *value;
    Py_ssize_t  pos = 0;

    value = PyDict_GetItemWithError(globals, name);

    if (value != NULL && guard_is_importer(value)) {
        return 1;
    }

    while (PyDict_Next(globals, &pos, &key, &value)) {
        if (!PyType_Check(value)) {
            continue;
        }

        Py_INCREF(value);
        found = guard_class_has_alias(value, name);
        Py_DECREF(value);

        if (found) {
            return 1;
        }
    }

    return 0;
}


/* As it is, or as a static method. */

static int
guard_class_has_alias(PyObject *class, PyObject *name)
{
    int       has = 0;
    PyObject *function, *names, *value;

    names = PyObject_GetAttrString(class, "__dict__");
    value = names ? PyObject_GetItem(names, name) : NULL;

    if (value != NULL) {
        function = PyObject_GetAttrString(value, "__func__");
        has = guard_is_importer(value)
              || (function != NULL && guard_is_importer(function));
        Py_XDECREF(function);
    }

    Py_XDECREF(value);
    Py_XDECREF(names);
    PyErr_Clear();

    return has;
}


/*
 * Whether one of the libraries that called each other down to this frame has
 * the root: it is its own, or it is in a constant.  Above is the program's
 * frame, and what it says does not count.  With "files", it may be in any
 * constant of a package's file, too.
 */

static int
guard_names_root(PyObject *frame, const pyexec_guard_request_t *request,
    int files)
{
    int                         i, named = 0;
    PyObject                   *back, *code;
    const pyexec_guard_owner_t *owner;

    Py_INCREF(frame);

    for (i = 0; frame != NULL && !named && i < GUARD_RIGHTS_FRAMES; i++) {
        code = pyexec_guard_frame_code(frame);
        owner = pyexec_guard_whose_code(code);

        if (owner->kind == PYEXEC_GUARD_PROGRAM) {
            Py_DECREF(code);
            break;
        }

        named = guard_is_root(owner->root, request)
                || guard_code_names(code, request, 0)
                || (files
                    && (owner->kind == PYEXEC_GUARD_PACKAGE
                        || request->root[0] == '_')
                    && guard_file_names(code, request));
        Py_DECREF(code);

        back = pyexec_guard_frame_back(frame);
        Py_DECREF(frame);
        frame = back;
    }

    Py_XDECREF(frame);

    return named;
}


/*
 * A package may have a table of names in its module, which lasts no longer
 * than the module's code: that is read again.  The standard library has one
 * only for what is private to it.
 */

static int
guard_file_names(PyObject *code, const pyexec_guard_request_t *request)
{
    int       named;
    PyObject *whole;

    whole = pyexec_guard_whole_file(code);
    named = whole != NULL && guard_code_names(whole, request, 1);
    Py_XDECREF(whole);

    return named;
}


/* With "deep", in the code that is in it, too. */

static int
guard_code_names(PyObject *code, const pyexec_guard_request_t *request,
    int deep)
{
    int         named;
    PyObject   *constant, *constants;
    Py_ssize_t  i;

    constants = PyObject_GetAttrString(code, "co_consts");
    if (constants == NULL) {
        PyErr_Clear();
        return 0;
    }

    named = guard_constants_name(constants, request);

    for (i = 0; deep && !named && i < PyTuple_Size(constants); i++) {
        constant = PyTuple_GetItem(constants, i);

        if (pyexec_guard_is_code(constant)) {
            named = guard_code_names(constant, request, deep);
        }
    }

    Py_DECREF(constants);

    return named;
}


static int
guard_constants_name(PyObject *constants,
    const pyexec_guard_request_t *request)
{
    PyObject   *constant;
    Py_ssize_t  i, len;
    const char *text;

    for (i = 0; i < PyTuple_Size(constants); i++) {
        constant = PyTuple_GetItem(constants, i);

        if (PyTuple_CheckExact(constant)) {
            if (guard_constants_name(constant, request)) {
                return 1;
            }

            continue;
        }

        text = PyUnicode_CheckExact(constant)
               ? PyUnicode_AsUTF8AndSize(constant, &len) : NULL;

        if (text == NULL) {
            PyErr_Clear();
            continue;
        }

        if (guard_text_names(text, len, request)) {
            return 1;
        }
    }

    return 0;
}


/*
 * "json.decoder" names json, and "_sysconfigdata_" the private module whose
 * name is completed by that of the machine.
 */

static int
guard_text_names(const char *text, size_t len,
    const pyexec_guard_request_t *request)
{
    size_t      n;
    const char *field;

    field = memchr(text, '{', len);
    n = field != NULL ? (size_t) (field - text) : len;

    if (n > 2 && text[0] == '_' && text[n - 1] == '_'
        && n < request->len && memcmp(text, request->root, n) == 0)
    {
        return 1;
    }

    return pyexec_guard_root_len(text, len) == request->len
           && memcmp(text, request->root, request->len) == 0;
}


static int
guard_is_root(const pyexec_guard_root_t *root,
    const pyexec_guard_request_t *request)
{
    return guard_is(root, request->root, request->len);
}


static int
guard_is(const pyexec_guard_root_t *root, const char *name, size_t len)
{
    return root->len == len && memcmp(root->name, name, len) == 0;
}
