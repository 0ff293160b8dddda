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
} guard_native_walk_t;


static int guard_native_learning;
static int guard_native_known;

/* Where functions begin; NULL where this CPython does not have one. */
static void *guard_native_importing[GUARD_NIMPORTERS];
static void *guard_native_calling[GUARD_NCALLS];

/* Where this extension and CPython are. */
static void *guard_native_own;
static void *guard_native_python;


static void *guard_native_walk(void);
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

    guard_native_learning = 1;
    module = PyImport_ImportModule("sys");
    guard_native_learning = 0;

    if (module == NULL) {
        return -1;
    }

    Py_DECREF(module);

    return 0;
}


int
pyexec_guard_native_learns(void)
{
    if (!guard_native_learning) {
        return 0;
    }

    /* Here it is the guard itself that imports. */
    guard_native_known = guard_native_object(guard_native_walk(), NULL)
                         == guard_native_own;

    return 1;
}


pyexec_guard_native_kind_t
pyexec_guard_native(pyexec_guard_place_t *place, char *file, size_t len)
{
    void       *caller, *object;
    size_t      n;
    const char *name = "";

    if (!guard_native_known) {
        return PYEXEC_GUARD_NATIVE_PYTHON;
    }

    caller = guard_native_walk();
    if (caller == NULL) {
        return PYEXEC_GUARD_NOT_NATIVE;
    }

    object = guard_native_object(caller, &name);
    n = strlen(name);

    if (object == NULL || object == guard_native_python || n >= len) {
        return PYEXEC_GUARD_NATIVE_PYTHON;
    }

    memcpy(file, name, n + 1);
    *place = pyexec_guard_place(file, n);

    return place->kind == PYEXEC_GUARD_PROGRAM ? PYEXEC_GUARD_NATIVE_PYTHON
                                               : PYEXEC_GUARD_NATIVE_LIBRARY;
}


/* An address in the C code that imports, or NULL. */

static void *
guard_native_walk(void)
{
    guard_native_walk_t walk = { 0, 0, 0, 0, NULL };

    (void) _Unwind_Backtrace(guard_native_step, &walk);

    return walk.caller;
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
        walk->caller = address;
        return _URC_END_OF_STACK;

    } else if (object != guard_native_python) {

        /* It has called the guard itself. */
        return _URC_END_OF_STACK;

    } else if (walk->calling && ++walk->unknown > GUARD_NATIVE_UNKNOWN) {
        walk->caller = address;
        return _URC_END_OF_STACK;
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
