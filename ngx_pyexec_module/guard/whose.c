#include <stdlib.h>

#include "hidden.h"
#include "map.h"
#include "verify.h"
#include "whose.h"


static const pyexec_guard_owner_t guard_program = {
    PYEXEC_GUARD_PROGRAM, NULL
};

/*
 * By code objects: their owners.  Each has a reference, or its address could
 * become another's.
 */
static pyexec_guard_map_t guard_codes;

/* By roots: owners, by kind. */
static pyexec_guard_map_t guard_owners;


static int guard_whose_add_functions(PyObject *objects);
static int guard_whose_add_function(PyObject *function);
static const pyexec_guard_owner_t *guard_whose_new(PyObject *code,
    int verified);
static PyObject *guard_file(PyObject *code, pyexec_guard_place_t *place);
static const pyexec_guard_owner_t *guard_owner(
    const pyexec_guard_place_t *place);
static int guard_whose_add(PyObject *code, const pyexec_guard_owner_t *owner);


int
pyexec_guard_whose_install(void)
{
    int       rc;
    PyObject *gc, *objects;

    gc = PyImport_ImportModule("gc");
    objects = gc ? PyObject_CallMethod(gc, "get_objects", NULL) : NULL;
    Py_XDECREF(gc);

    if (objects == NULL) {
        return -1;
    }

    rc = guard_whose_add_functions(objects);
    Py_DECREF(objects);

    return rc;
}


static int
guard_whose_add_functions(PyObject *objects)
{
    PyObject     *main, *object;
    Py_ssize_t    i, n;
    PyTypeObject *function = NULL;

    n = PyList_Size(objects);

    /* Of a function of Python's that every interpreter has. */
    main = PyImport_ImportModule("importlib._bootstrap");
    object = main ? PyObject_GetAttrString(main, "_call_with_frames_removed")
                  : NULL;
    Py_XDECREF(main);

    if (object == NULL) {
        return -1;
    }

    function = Py_TYPE(object);
    Py_DECREF(object);

    for (i = 0; i < n; i++) {
        object = PyList_GetItem(objects, i);

        if (Py_TYPE(object) == function
            && guard_whose_add_function(object) == -1)
        {
            return -1;
        }
    }

    return 0;
}


int
pyexec_guard_whose_function(PyObject *function)
{
    return PyObject_HasAttrString(function, "__code__")
           ? guard_whose_add_function(function) : 0;
}


static int
guard_whose_add_function(PyObject *function)
{
    int                         rc = 0;
    PyObject                   *code, *file;
    const pyexec_guard_owner_t *owner;
    pyexec_guard_place_t        place;

    code = PyObject_GetAttrString(function, "__code__");
    if (code == NULL) {
        return -1;
    }

    file = guard_file(code, &place);

    if (file != NULL && place.kind != PYEXEC_GUARD_PROGRAM) {
        owner = guard_owner(&place);

        if (owner == NULL) {
            rc = -1;

        } else {
            owner->root->approved = 1;
            rc = guard_whose_add(code, owner);
        }
    }

    Py_XDECREF(file);
    Py_DECREF(code);

    return rc;
}


const pyexec_guard_owner_t *
pyexec_guard_whose_frame(PyObject *frame)
{
    PyObject                   *code;
    const pyexec_guard_owner_t *owner;

    if (frame == NULL) {
        return &guard_program;
    }

    code = pyexec_guard_frame_code(frame);
    owner = pyexec_guard_whose_code(code);
    Py_DECREF(code);

    return owner;
}


const pyexec_guard_owner_t *
pyexec_guard_whose_code(PyObject *code)
{
    const pyexec_guard_owner_t *owner;

    if (code == NULL) {
        return &guard_program;
    }

    owner = pyexec_guard_map_get(&guard_codes, code);

    return owner != NULL ? owner : guard_whose_new(code, 0);
}


void
pyexec_guard_whose_loaded(PyObject *code)
{
    (void) guard_whose_new(code, 1);
}


static const pyexec_guard_owner_t *
guard_whose_new(PyObject *code, int verified)
{
    PyObject                   *file;
    const pyexec_guard_owner_t *owner;
    pyexec_guard_place_t        place;

    file = guard_file(code, &place);

    if (file == NULL || place.kind == PYEXEC_GUARD_PROGRAM) {
        Py_XDECREF(file);
        return &guard_program;
    }

    owner = guard_owner(&place);

    /* To run the code of a library's file is not to import the library. */
    if (owner == NULL
        || !(owner->root->allowed || owner->root->approved)
        || !(verified || pyexec_guard_verify(code, file, &place))
        || guard_whose_add(code, owner) == -1)
    {
        owner = &guard_program;
    }

    PyErr_Clear();
    Py_DECREF(file);

    return owner;
}


int
pyexec_guard_looks_like_library(PyObject *code)
{
    PyObject            *file;
    pyexec_guard_place_t place;

    file = guard_file(code, &place);
    Py_XDECREF(file);

    return file != NULL && place.kind != PYEXEC_GUARD_PROGRAM;
}


PyObject *
pyexec_guard_whole_file(PyObject *code)
{
    PyObject            *file, *whole = NULL;
    pyexec_guard_place_t place;

    file = guard_file(code, &place);

    if (file != NULL && place.kind != PYEXEC_GUARD_PROGRAM) {
        whole = pyexec_guard_read_file(file, &place);
    }

    Py_XDECREF(file);

    return whole;
}


/* New reference: the name, to which "place" points; NULL where it has none. */

static PyObject *
guard_file(PyObject *code, pyexec_guard_place_t *place)
{
    PyObject   *file;
    Py_ssize_t  len;
    const char *text;

    file = PyObject_GetAttrString(code, "co_filename");
    text = file && PyUnicode_CheckExact(file)
           ? PyUnicode_AsUTF8AndSize(file, &len) : NULL;

    if (text == NULL) {
        PyErr_Clear();
        Py_XDECREF(file);
        return NULL;
    }

    *place = pyexec_guard_place(text, len);

    return file;
}


/* One for each kind and root; NULL with a MemoryError. */

static const pyexec_guard_owner_t *
guard_owner(const pyexec_guard_place_t *place)
{
    pyexec_guard_root_t  *root;
    pyexec_guard_owner_t *owners;
    pyexec_guard_kind_t   kind;

    root = pyexec_guard_root_add(place->root, place->root_len);
    if (root == NULL) {
        return NULL;
    }

    owners = (pyexec_guard_owner_t *) pyexec_guard_map_get(&guard_owners,
                                                           root);
    if (owners != NULL) {
        return &owners[place->kind];
    }

    owners = calloc(PYEXEC_GUARD_LOADER + 1, sizeof(pyexec_guard_owner_t));

    if (owners == NULL
        || pyexec_guard_map_set(&guard_owners, root, owners) == -1)
    {
        free(owners);
        PyErr_NoMemory();
        return NULL;
    }

    for (kind = PYEXEC_GUARD_PACKAGE; kind <= PYEXEC_GUARD_LOADER; kind++) {
        owners[kind].kind = kind;
        owners[kind].root = root;
    }

    return &owners[place->kind];
}


/* With all code in it, however deep. */

static int
guard_whose_add(PyObject *code, const pyexec_guard_owner_t *owner)
{
    int         rc = 0;
    PyObject   *constant, *constants;
    Py_ssize_t  i;

    if (pyexec_guard_map_get(&guard_codes, code) != NULL) {
        return 0;
    }

    if (pyexec_guard_map_set(&guard_codes, code, owner) == -1) {
        PyErr_NoMemory();
        return -1;
    }

    Py_INCREF(code);

    constants = PyObject_GetAttrString(code, "co_consts");
    if (constants == NULL) {
        return -1;
    }

    for (i = 0; rc == 0 && i < PyTuple_Size(constants); i++) {
        constant = PyTuple_GetItem(constants, i);

        if (pyexec_guard_is_code(constant)) {
            rc = guard_whose_add(constant, owner);
        }
    }

    Py_DECREF(constants);

    return rc;
}


PyObject *
pyexec_guard_frame_code(PyObject *frame)
{
    return (PyObject *) PyFrame_GetCode((PyFrameObject *) frame);
}


PyObject *
pyexec_guard_frame_back(PyObject *frame)
{
    PyObject *back;

    back = PyObject_GetAttrString(frame, "f_back");

    if (back == NULL || back == Py_None) {
        PyErr_Clear();
        Py_XDECREF(back);
        return NULL;
    }

    return back;
}


int
pyexec_guard_code_is_named(PyObject *code, const char *name)
{
    int       same;
    PyObject *found;

    found = PyObject_GetAttrString(code, "co_name");
    same = found != NULL
           && PyUnicode_CompareWithASCIIString(found, name) == 0;

    Py_XDECREF(found);
    PyErr_Clear();

    return same;
}
