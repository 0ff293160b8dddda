#include <stdlib.h>
#include <string.h>

#include "hidden.h"
#include "places.h"


#define GUARD_FROZEN  "<frozen "


typedef struct {
    char               *path;       /* ends with a slash */
    size_t              len;
    pyexec_guard_kind_t kind;
} guard_directory_t;


/* Those that may lie within another one stand before it. */
static guard_directory_t *guard_directories;
static size_t             guard_ndirectories;


static int guard_places_add(PyObject *directories, pyexec_guard_kind_t kind);
static int guard_places_compare(const void *one, const void *two);
static int guard_place_is_plain(const char *path, size_t len);
static void guard_place_root(pyexec_guard_place_t *place, const char *path,
    size_t len);


int
pyexec_guard_places_install(PyObject *standard, PyObject *packages)
{
    size_t n;

    n = PyTuple_Size(standard) + PyTuple_Size(packages);

    guard_directories = calloc(n + 1, sizeof(guard_directory_t));
    if (guard_directories == NULL) {
        PyErr_NoMemory();
        return -1;
    }

    if (guard_places_add(standard, PYEXEC_GUARD_STANDARD) == -1
        || guard_places_add(packages, PYEXEC_GUARD_PACKAGE) == -1)
    {
        return -1;
    }

    qsort(guard_directories, guard_ndirectories, sizeof(guard_directory_t),
          guard_places_compare);

    return 0;
}


static int
guard_places_add(PyObject *directories, pyexec_guard_kind_t kind)
{
    Py_ssize_t         i, len;
    const char        *path;
    guard_directory_t *directory;

    for (i = 0; i < PyTuple_Size(directories); i++) {
        path = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(directories, i), &len);

        if (path == NULL || path[0] != '/') {
            /* No file in it can be told from another. */
            PyErr_Clear();
            continue;
        }

        directory = &guard_directories[guard_ndirectories];

        directory->path = malloc(len + 1);
        if (directory->path == NULL) {
            PyErr_NoMemory();
            return -1;
        }

        while (len > 0 && path[len - 1] == '/') {
            len--;
        }

        memcpy(directory->path, path, len);
        directory->path[len] = '/';
        directory->len = len + 1;
        directory->kind = kind;
        guard_ndirectories++;
    }

    return 0;
}


static int
guard_places_compare(const void *one, const void *two)
{
    const guard_directory_t *a = one, *b = two;

    return (a->len < b->len) - (a->len > b->len);
}


pyexec_guard_place_t
pyexec_guard_place(const char *file, size_t len)
{
    size_t               i, skip = sizeof(GUARD_FROZEN) - 1;
    guard_directory_t   *directory;
    pyexec_guard_place_t place = { PYEXEC_GUARD_PROGRAM, NULL, 0, NULL, 0 };

    if (len > skip + 1 && memcmp(file, GUARD_FROZEN, skip) == 0
        && file[len - 1] == '>')
    {
        place.kind = PYEXEC_GUARD_STANDARD;
        place.frozen = file + skip;
        place.frozen_len = len - skip - 1;
        guard_place_root(&place, place.frozen, place.frozen_len);

        return place;
    }

    for (i = 0; i < guard_ndirectories; i++) {
        directory = &guard_directories[i];

        if (len > directory->len
            && memcmp(file, directory->path, directory->len) == 0)
        {
            if (!guard_place_is_plain(file + directory->len,
                                      len - directory->len))
            {
                return place;
            }

            place.kind = directory->kind;
            guard_place_root(&place, file + directory->len,
                             len - directory->len);

            return place;
        }
    }

    return place;
}


/*
 * Whether a path below a directory leads where it seems to: "json/../smtplib"
 * does not lie in json.  The import system makes no such path by itself.
 */

static int
guard_place_is_plain(const char *path, size_t len)
{
    size_t      n;
    const char *end, *slash;

    if (memchr(path, '\0', len) != NULL) {
        return 0;
    }

    for (end = path + len; path <= end; path += n + 1) {
        slash = memchr(path, '/', end - path);
        n = (slash != NULL ? slash : end) - path;

        if (n == 0 || (n == 1 && path[0] == '.')
            || (n == 2 && path[0] == '.' && path[1] == '.'))
        {
            return 0;
        }
    }

    return 1;
}


/* "json" of json/decoder.py, json.py and json.cpython-311.so. */

static void
guard_place_root(pyexec_guard_place_t *place, const char *path, size_t len)
{
    size_t i;

    for (i = 0; i < len && path[i] != '/' && path[i] != '.'; i++) { }

    place->root = path;
    place->root_len = i;

    if (place->kind == PYEXEC_GUARD_STANDARD
        && ((i == 9 && memcmp(path, "importlib", 9) == 0)
            || (i == 9 && memcmp(path, "zipimport", 9) == 0)))
    {
        place->kind = PYEXEC_GUARD_LOADER;
    }
}
