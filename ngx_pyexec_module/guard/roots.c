#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hidden.h"
#include "roots.h"


/* As many slots as the first table has; there are some 300 roots. */
#define GUARD_ROOTS_FIRST  1024


/*
 * What CPython's own C code imports when it first needs it, for example
 * datetime.strptime(): such an import looks like one of the Python frame
 * that called into C.
 */
static const char *const guard_roots_native[] = {
    "_codecs", "_collections_abc", "_compat_pickle", "_io", "_pydatetime",
    "_pydecimal", "_strptime", "_weakrefset", "abc", "builtins", "codecs",
    "collections", "copyreg", "datetime", "decimal", "encodings", "enum",
    "functools", "io", "linecache", "locale", "numbers", "operator", "os",
    "re", "string", "struct", "sys", "time", "tokenize", "traceback", "types",
    "typing", "unicodedata", "warnings", "weakref", "zoneinfo",
};

/* Where pickle finds CPython's own types again, and nothing but them. */
static const char *const guard_roots_data[] = {
    "_codecs", "_compat_pickle", "builtins", "codecs", "collections",
    "copyreg", "datetime", "decimal", "functools", "operator", "re", "types",
    "zoneinfo",
};

/* The program itself, and a word to the compiler. */
static const char *const guard_roots_always[] = { "__future__", "__main__" };


static pyexec_guard_root_t **guard_roots;
static size_t                guard_roots_nslots;
static size_t                guard_roots_used;


static int guard_roots_allow(PyObject *allow);
static int guard_roots_approve(void);
static pyexec_guard_root_t *guard_root_of(PyObject *name);
static size_t guard_root_hash(const char *root, size_t len);
static int guard_roots_grow(void);


int
pyexec_guard_roots_install(PyObject *allow)
{
    size_t               i;
    pyexec_guard_root_t *root;

    for (i = 0; i < sizeof(guard_roots_always) / sizeof(char *); i++) {
        root = pyexec_guard_root_add(guard_roots_always[i],
                                     strlen(guard_roots_always[i]));
        if (root == NULL) {
            return -1;
        }

        root->allowed = 1;
    }

    for (i = 0; i < sizeof(guard_roots_native) / sizeof(char *); i++) {
        root = pyexec_guard_root_add(guard_roots_native[i],
                                     strlen(guard_roots_native[i]));
        if (root == NULL) {
            return -1;
        }

        root->native = 1;
    }

    for (i = 0; i < sizeof(guard_roots_data) / sizeof(char *); i++) {
        root = pyexec_guard_root_add(guard_roots_data[i],
                                     strlen(guard_roots_data[i]));
        if (root == NULL) {
            return -1;
        }

        root->data = 1;
    }

    if (guard_roots_allow(allow) == -1) {
        return -1;
    }

    return guard_roots_approve();
}


static int
guard_roots_allow(PyObject *allow)
{
    PyObject            *iterator, *name;
    pyexec_guard_root_t *root;

    iterator = PyObject_GetIter(allow);
    if (iterator == NULL) {
        return -1;
    }

    while ((name = PyIter_Next(iterator)) != NULL) {
        root = guard_root_of(name);
        Py_DECREF(name);

        if (root == NULL) {
            break;
        }

        /* "none" is a list of an empty name. */
        root->allowed = root->len > 0;
    }

    Py_DECREF(iterator);

    return PyErr_Occurred() ? -1 : 0;
}


static int
guard_roots_approve(void)
{
    PyObject            *module, *name;
    Py_ssize_t           pos = 0;
    pyexec_guard_root_t *root;

    while (PyDict_Next(PyImport_GetModuleDict(), &pos, &name, &module)) {
        if (!PyUnicode_Check(name)) {
            continue;
        }

        root = guard_root_of(name);
        if (root == NULL) {
            return -1;
        }

        root->approved = 1;
    }

    return 0;
}


static pyexec_guard_root_t *
guard_root_of(PyObject *name)
{
    Py_ssize_t  len;
    const char *text;

    text = PyUnicode_AsUTF8AndSize(name, &len);
    if (text == NULL) {
        return NULL;
    }

    return pyexec_guard_root_add(text, pyexec_guard_root_len(text, len));
}


size_t
pyexec_guard_root_len(const char *name, size_t len)
{
    const char *dot = memchr(name, '.', len);

    return dot != NULL ? (size_t) (dot - name) : len;
}


pyexec_guard_root_t *
pyexec_guard_root_find(const char *root, size_t len)
{
    size_t               hash, i;
    pyexec_guard_root_t *found;

    if (guard_roots == NULL) {
        return NULL;
    }

    hash = guard_root_hash(root, len);

    for (i = hash; ; i++) {
        found = guard_roots[i & (guard_roots_nslots - 1)];

        if (found == NULL
            || (found->hash == hash && found->len == len
                && memcmp(found->name, root, len) == 0))
        {
            return found;
        }
    }
}


pyexec_guard_root_t *
pyexec_guard_root_add(const char *root, size_t len)
{
    char                *name;
    size_t               i;
    pyexec_guard_root_t *added;

    added = pyexec_guard_root_find(root, len);
    if (added != NULL) {
        return added;
    }

    if (2 * (guard_roots_used + 1) > guard_roots_nslots
        && guard_roots_grow() == -1)
    {
        return NULL;
    }

    added = calloc(1, sizeof(pyexec_guard_root_t) + len);
    if (added == NULL) {
        PyErr_NoMemory();
        return NULL;
    }

    name = (char *) (added + 1);
    memcpy(name, root, len);

    added->name = name;
    added->len = len;
    added->hash = guard_root_hash(root, len);

    i = added->hash & (guard_roots_nslots - 1);

    while (guard_roots[i] != NULL) {
        i = (i + 1) & (guard_roots_nslots - 1);
    }

    guard_roots[i] = added;
    guard_roots_used++;

    return added;
}


/* FNV-1a, of 32 bits. */

static size_t
guard_root_hash(const char *root, size_t len)
{
    size_t   i;
    uint32_t hash = 2166136261u;

    for (i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char) root[i]) * 16777619u;
    }

    return hash;
}


static int
guard_roots_grow(void)
{
    size_t                i, j, nslots;
    pyexec_guard_root_t **slots;

    nslots = guard_roots ? 2 * guard_roots_nslots : GUARD_ROOTS_FIRST;

    slots = calloc(nslots, sizeof(pyexec_guard_root_t *));
    if (slots == NULL) {
        PyErr_NoMemory();
        return -1;
    }

    for (i = 0; i < guard_roots_nslots; i++) {
        if (guard_roots[i] == NULL) {
            continue;
        }

        j = guard_roots[i]->hash & (nslots - 1);

        while (slots[j] != NULL) {
            j = (j + 1) & (nslots - 1);
        }

        slots[j] = guard_roots[i];
    }

    free(guard_roots);
    guard_roots = slots;
    guard_roots_nslots = nslots;

    return 0;
}
