/* For dladdr(). */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unwind.h>

#include "native.h"


/*
 * From the guard's function to the one of CPython's that imports: how a C
 * function is called, and how its name is found.  A Python frame between would
 * be farther.
 */
#define GUARD_NATIVE_DEPTH  8

/*
 * A compiler may put the rare half of a function elsewhere, where it cannot be
 * recognised.  So much of CPython is then between what it calls the guard by
 * and who called it.
 */
#define GUARD_NATIVE_UNKNOWN  2

/* Functions that are given a name by data: some five of pickle's. */
#define GUARD_NATIVE_DATA  32

#define GUARD_NATIVE_PICKLE  "_pickle"


/* The functions of CPython's that C code imports by. */
static const char *const guard_native_importers[] = {
    "PyImport_Import", "PyImport_ImportModule", "PyImport_ImportModuleNoBlock",
    "PyImport_ImportModuleLevel", "PyImport_ImportModuleLevelObject",
};

/* What these call the functions by that import. */
static const char *const guard_native_calls[] = {
    "PyObject_CallFunction", "PyObject_CallMethodObjArgs",
    "_PyObject_CallMethodIdObjArgs",
};

#define GUARD_NIMPORTERS  (sizeof(guard_native_importers) / sizeof(char *))
#define GUARD_NCALLS      (sizeof(guard_native_calls) / sizeof(char *))


typedef struct {
    int   depth;
    int   importing;    /* an importer has been seen */
    int   calling;      /* what may be called by one has been seen */
    int   unknown;      /* functions of CPython's since then */
    void *caller;       /* of the importer: an address in it */
    void *function;     /* that called it, if it can be told */
} guard_native_walk_t;


static enum { NOTHING, STACK, DATA } guard_native_learning;
static int guard_native_known;

/* Where functions begin that import what data says. */
static void   *guard_native_data[GUARD_NATIVE_DATA];
static size_t  guard_native_ndata;

/* Where functions begin; NULL where this CPython does not have one. */
static void *guard_native_importing[GUARD_NIMPORTERS];
static void *guard_native_calling[GUARD_NCALLS];

/* Where this extension and CPython are. */
static void *guard_native_own;
static void *guard_native_python;


static int guard_native_learn_data(void);
static PyObject *guard_native_try_pickle(PyObject *pickle);
static void guard_native_walk(guard_native_walk_t *walk);
static _Unwind_Reason_Code guard_native_step(struct _Unwind_Context *context,
    void *data);
static int guard_native_is(void *function, void *const *functions, size_t n);
static void *guard_native_object(void *address, const char **file);


int
pyexec_guard_native_install(void)
{
    size_t    i;
    PyObject *module;

    for (i = 0; i < GUARD_NIMPORTERS; i++) {
        guard_native_importing[i] = dlsym(RTLD_DEFAULT,
                                          guard_native_importers[i]);
    }

    for (i = 0; i < GUARD_NCALLS; i++) {
        guard_native_calling[i] = dlsym(RTLD_DEFAULT, guard_native_calls[i]);
    }

    guard_native_own = guard_native_object((void *) pyexec_guard_native,
                                           NULL);
    guard_native_python = guard_native_object(guard_native_importing[0],
                                              NULL);

    guard_native_learning = STACK;
    module = PyImport_ImportModule("sys");
    guard_native_learning = NOTHING;

    if (module == NULL) {
        return -1;
    }

    Py_DECREF(module);

    return guard_native_known ? guard_native_learn_data() : 0;
}


/*
 * pickle may be a part of the interpreter, where its file does not tell it.
 * A program shall not find it in memory where it would not otherwise.
 */

static int
guard_native_learn_data(void)
{
    int        is;
    size_t     i;
    int        had[2];
    PyObject  *done, *modules, *name, *names, *pickle;

    static const char *const loaded[] = {
        GUARD_NATIVE_PICKLE, "_compat_pickle"
    };

    names = PySys_GetObject("builtin_module_names");
    name = PyUnicode_FromString(GUARD_NATIVE_PICKLE);
    is = names != NULL && name != NULL ? PySequence_Contains(names, name) : -1;
    Py_XDECREF(name);

    if (is != 1) {
        return is;
    }

    modules = PyImport_GetModuleDict();

    for (i = 0; i < sizeof(loaded) / sizeof(char *); i++) {
        had[i] = PyDict_GetItemString(modules, loaded[i]) != NULL;
    }

    pickle = PyImport_ImportModule(GUARD_NATIVE_PICKLE);
    if (pickle == NULL) {
        return -1;
    }

    guard_native_learning = DATA;
    done = guard_native_try_pickle(pickle);
    guard_native_learning = NOTHING;

    Py_DECREF(pickle);

    for (i = 0; i < sizeof(loaded) / sizeof(char *); i++) {
        if (!had[i] && PyDict_GetItemString(modules, loaded[i]) != NULL) {
            (void) PyDict_DelItemString(modules, loaded[i]);
        }
    }

    Py_XDECREF(done);

    return done != NULL ? 0 : -1;
}


/* In each way that it comes by a name; a new reference, or NULL. */

static PyObject *
guard_native_try_pickle(PyObject *pickle)
{
    int       protocol;
    size_t    i;
    PyObject *done = NULL, *file, *io, *reader;

    static const char *const texts[] = {
        "csys\npath\n.", "(iio\nBytesIO\n.",
        "\x80\x04\x8c\x03sys\x8c\x04path\x93."
    };

    io = PyImport_ImportModule("io");
    file = io ? PyObject_CallMethod(io, "BytesIO", NULL) : NULL;
    reader = file ? PyObject_CallMethod(pickle, "Unpickler", "O", file) : NULL;

    if (reader != NULL) {
        done = PyObject_CallMethod(reader, "find_class", "ss", "sys", "path");
    }

    for (i = 0; done != NULL && i < sizeof(texts) / sizeof(char *); i++) {
        Py_DECREF(done);
        done = PyObject_CallMethod(pickle, "loads", "y", texts[i]);
    }

    for (protocol = 0; done != NULL && protocol <= 4; protocol++) {
        Py_DECREF(done);
        done = PyObject_CallMethod(pickle, "dumps", "Oi",
                                   (PyObject *) &PyLong_Type, protocol);
    }

    Py_XDECREF(reader);
    Py_XDECREF(file);
    Py_XDECREF(io);

    return done;
}


int
pyexec_guard_native_learns(void)
{
    guard_native_walk_t walk;

    if (guard_native_learning == NOTHING) {
        return 0;
    }

    guard_native_walk(&walk);

    if (guard_native_learning == STACK) {

        /* Here it is the guard itself that imports. */
        guard_native_known = guard_native_object(walk.caller, NULL)
                             == guard_native_own;

    } else if (walk.function != NULL
               && guard_native_ndata < GUARD_NATIVE_DATA
               && !guard_native_is(walk.function, guard_native_data,
                                   guard_native_ndata))
    {
        guard_native_data[guard_native_ndata++] = walk.function;
    }

    return 1;
}


pyexec_guard_native_kind_t
pyexec_guard_native(pyexec_guard_place_t *place, char *file, size_t len)
{
    void                *object;
    size_t               n;
    const char          *name = "";
    guard_native_walk_t  walk;

    if (!guard_native_known) {
        return PYEXEC_GUARD_NATIVE_UNKNOWN;
    }

    guard_native_walk(&walk);

    if (walk.caller == NULL) {
        return PYEXEC_GUARD_NOT_NATIVE;
    }

    if (guard_native_is(walk.function, guard_native_data, guard_native_ndata))
    {
        return PYEXEC_GUARD_NATIVE_DATA;
    }

    object = guard_native_object(walk.caller, &name);
    n = strlen(name);

    if (object == NULL || object == guard_native_python || n >= len) {
        return PYEXEC_GUARD_NATIVE_PYTHON;
    }

    memcpy(file, name, n + 1);
    *place = pyexec_guard_place(file, n);

    return place->kind == PYEXEC_GUARD_PROGRAM ? PYEXEC_GUARD_NATIVE_PYTHON
                                               : PYEXEC_GUARD_NATIVE_LIBRARY;
}


/* The caller is an address in the C code that imports, or NULL. */

static void
guard_native_walk(guard_native_walk_t *walk)
{
    memset(walk, 0, sizeof(*walk));

    (void) _Unwind_Backtrace(guard_native_step, walk);
}


static _Unwind_Reason_Code
guard_native_step(struct _Unwind_Context *context, void *data)
{
    void                *address, *function, *object;
    guard_native_walk_t *walk = data;

    /* The address of a call's return may be in the next function. */
    address = (char *) _Unwind_GetIP(context) - 1;
    object = guard_native_object(address, NULL);

    if (walk->depth == 0 && object == guard_native_own) {
        return _URC_NO_REASON;
    }

    if (++walk->depth > GUARD_NATIVE_DEPTH) {
        return _URC_END_OF_STACK;
    }

    function = _Unwind_FindEnclosingFunction(address);

    if (guard_native_is(function, guard_native_importing, GUARD_NIMPORTERS)) {
        walk->importing = 1;

    } else if (!walk->importing
               && guard_native_is(function, guard_native_calling,
                                  GUARD_NCALLS))
    {
        walk->calling = 1;
        walk->unknown = 0;

    } else if (walk->importing
               || (walk->unknown > 0 && object != guard_native_python))
    {
        walk->function = function;
        walk->caller = address;
        return _URC_END_OF_STACK;

    } else if (object != guard_native_python) {

        /* It has called the guard itself. */
        return _URC_END_OF_STACK;

    } else if (walk->calling) {

        /* The first is the rare half of the importer, if it is one. */
        if (++walk->unknown == GUARD_NATIVE_UNKNOWN) {
            walk->function = function;

        } else if (walk->unknown > GUARD_NATIVE_UNKNOWN) {
            walk->caller = address;
            return _URC_END_OF_STACK;
        }
    }

    return _URC_NO_REASON;
}


static int
guard_native_is(void *function, void *const *functions, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (functions[i] == function && function != NULL) {
            return 1;
        }
    }

    return 0;
}


/* The object that an address lies in, by where it begins; or NULL. */

static void *
guard_native_object(void *address, const char **file)
{
    Dl_info info;

    if (dladdr(address, &info) == 0) {
        return NULL;
    }

    if (file != NULL) {
        *file = info.dli_fname;
    }

    return info.dli_fbase;
}
