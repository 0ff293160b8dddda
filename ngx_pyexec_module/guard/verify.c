#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hidden.h"
#include "verify.h"


/* The header of a compiled file, of any Python since 3.7. */
#define GUARD_PYC_HEADER  16

#define GUARD_FILE_MAX    (64 * 1024 * 1024)

/* A version of marshal's that writes equal code as equal bytes. */
#define GUARD_MARSHAL     2


/* Functions of Python's that a program may replace, but not here. */
static struct {
    const char *module;
    const char *function;
    PyObject   *object;
} guard_kept[] = {
    { "builtins", "compile", NULL },
    { "marshal", "loads", NULL },
    { "marshal", "dumps", NULL },
    { "_imp", "_fix_co_filename", NULL },
    { "_imp", "get_frozen_object", NULL },
};

enum { COMPILE, LOADS, DUMPS, FIX_FILENAME, GET_FROZEN };

#define guard_kept_call(index, ...)                                         \
    PyObject_CallFunction(guard_kept[index].object, __VA_ARGS__)


/* "cpython-311" */
static PyObject     *guard_cache_tag;
static PyTypeObject *guard_code_type;


typedef PyObject *(*guard_reader_pt)(PyObject *file,
    const pyexec_guard_place_t *place);

static PyObject *guard_read_frozen(PyObject *file,
    const pyexec_guard_place_t *place);
static PyObject *guard_read_cached(PyObject *file,
    const pyexec_guard_place_t *place);
static PyObject *guard_read_source(PyObject *file,
    const pyexec_guard_place_t *place);
static PyObject *guard_make(PyObject *code, PyObject *file);
static PyObject *guard_read_compiled(PyObject *file, char **data,
    Py_ssize_t *len);
static PyObject *guard_read(PyObject *path);
static PyObject *guard_cached_path(PyObject *file);
static int guard_contains(PyObject *whole, PyObject *code, PyObject *dump);
static int guard_has_name_of(PyObject *one, PyObject *other);


/* In this order: of a library that is installed, the first has it. */
static const guard_reader_pt guard_readers[] = {
    guard_read_frozen, guard_read_cached, guard_read_source
};


int
pyexec_guard_verify_install(void)
{
    size_t    i;
    PyObject *code, *implementation, *module;

    for (i = 0; i < sizeof(guard_kept) / sizeof(guard_kept[0]); i++) {
        module = PyImport_ImportModule(guard_kept[i].module);
        if (module == NULL) {
            return -1;
        }

        guard_kept[i].object = PyObject_GetAttrString(module,
                                                      guard_kept[i].function);
        Py_DECREF(module);

        if (guard_kept[i].object == NULL) {
            return -1;
        }
    }

    implementation = PySys_GetObject("implementation");
    guard_cache_tag = implementation
                      ? PyObject_GetAttrString(implementation, "cache_tag")
                      : NULL;

    code = guard_kept_call(COMPILE, "sss", "", "<guard>", "exec");

    if (guard_cache_tag == NULL || code == NULL) {
        Py_XDECREF(code);
        return -1;
    }

    guard_code_type = Py_TYPE(code);
    Py_DECREF(code);

    return 0;
}


int
pyexec_guard_is_code(PyObject *object)
{
    return Py_TYPE(object) == guard_code_type;
}


int
pyexec_guard_verify(PyObject *code, PyObject *file,
    const pyexec_guard_place_t *place)
{
    int       found = 0;
    size_t    i;
    PyObject *dump, *whole;

    /* Constants that no file can hold cannot be written, either. */
    dump = guard_kept_call(DUMPS, "Oi", code, GUARD_MARSHAL);

    for (i = 0; dump != NULL && !found
                && i < sizeof(guard_readers) / sizeof(guard_readers[0]); i++)
    {
        whole = guard_readers[i](file, place);

        if (whole != NULL && pyexec_guard_is_code(whole)) {
            found = guard_contains(whole, code, dump);
        }

        Py_XDECREF(whole);
        PyErr_Clear();
    }

    Py_XDECREF(dump);
    PyErr_Clear();

    return found;
}


PyObject *
pyexec_guard_read_file(PyObject *file, const pyexec_guard_place_t *place)
{
    size_t    i;
    PyObject *whole;

    for (i = 0; i < sizeof(guard_readers) / sizeof(guard_readers[0]); i++) {
        whole = guard_readers[i](file, place);
        PyErr_Clear();

        if (whole != NULL && pyexec_guard_is_code(whole)) {
            return whole;
        }

        Py_XDECREF(whole);
    }

    return NULL;
}


static PyObject *
guard_read_frozen(PyObject *Py_UNUSED(file),
    const pyexec_guard_place_t *place)
{
    if (place->frozen == NULL) {
        return NULL;
    }

    return guard_kept_call(GET_FROZEN, "s#", place->frozen,
                           (Py_ssize_t) place->frozen_len);
}


static PyObject *
guard_read_cached(PyObject *file, const pyexec_guard_place_t *place)
{
    char       *data;
    PyObject   *bytes, *code = NULL;
    Py_ssize_t  len;

    if (place->frozen != NULL) {
        return NULL;
    }

    bytes = guard_read_compiled(file, &data, &len);

    if (bytes != NULL) {
        code = guard_make(guard_kept_call(LOADS, "y#", data, len), file);
        Py_DECREF(bytes);
    }

    return code;
}


PyObject *
pyexec_guard_load(PyObject *data, PyObject *file)
{
    char       *compiled, *given;
    PyObject   *bytes, *code = NULL, *copy;
    Py_ssize_t  given_len, len;

    bytes = guard_read_compiled(file, &compiled, &len);

    /* What is compared is what is loaded, and nobody else has it. */
    copy = bytes ? PyBytes_FromObject(data) : NULL;

    if (copy != NULL
        && PyBytes_AsStringAndSize(copy, &given, &given_len) == 0
        && given_len == len && memcmp(given, compiled, len) == 0)
    {
        code = guard_make(guard_kept_call(LOADS, "O", copy), file);
    }

    Py_XDECREF(copy);
    Py_XDECREF(bytes);
    PyErr_Clear();

    return code;
}


/* Takes a reference to code, or NULL; gives it back, or NULL. */

static PyObject *
guard_make(PyObject *code, PyObject *file)
{
    PyObject *fixed;

    if (code == NULL || !pyexec_guard_is_code(code)) {
        Py_XDECREF(code);
        return NULL;
    }

    /* As the import system does: it may have been compiled elsewhere. */
    fixed = guard_kept_call(FIX_FILENAME, "OO", code, file);
    Py_XDECREF(fixed);

    return code;
}


/* What is in the compiled file behind its header, and what keeps it. */

static PyObject *
guard_read_compiled(PyObject *file, char **data, Py_ssize_t *len)
{
    PyObject *bytes, *path;

    path = guard_cached_path(file);
    bytes = path ? guard_read(path) : NULL;
    Py_XDECREF(path);

    if (bytes == NULL
        || PyBytes_AsStringAndSize(bytes, data, len) == -1
        || *len < GUARD_PYC_HEADER)
    {
        Py_XDECREF(bytes);
        return NULL;
    }

    *data += GUARD_PYC_HEADER;
    *len -= GUARD_PYC_HEADER;

    return bytes;
}


static PyObject *
guard_read_source(PyObject *file, const pyexec_guard_place_t *place)
{
    PyObject *bytes, *code;

    if (place->frozen != NULL) {
        return NULL;
    }

    bytes = guard_read(file);
    if (bytes == NULL) {
        return NULL;
    }

    code = guard_kept_call(COMPILE, "OOsiO", bytes, file, "exec", 0, Py_True);
    Py_DECREF(bytes);

    return code;
}


/* By the kernel's own calls: no hook sees them, and none can be replaced. */

static PyObject *
guard_read(PyObject *path)
{
    int          fd;
    char        *data;
    ssize_t      n;
    PyObject    *bytes = NULL, *encoded;
    Py_ssize_t   len = 0;
    struct stat  st;

    encoded = PyUnicode_EncodeFSDefault(path);
    if (encoded == NULL) {
        return NULL;
    }

    fd = open(PyBytes_AsString(encoded), O_RDONLY|O_CLOEXEC|O_NONBLOCK);
    Py_DECREF(encoded);

    if (fd == -1) {
        return NULL;
    }

    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
        && st.st_size <= GUARD_FILE_MAX)
    {
        bytes = PyBytes_FromStringAndSize(NULL, st.st_size);
    }

    if (bytes != NULL) {
        data = PyBytes_AsString(bytes);

        do {
            n = read(fd, data + len, st.st_size - len);

            if (n > 0) {
                len += n;
            }
        } while (n > 0 || (n == -1 && errno == EINTR));

        if (len != st.st_size) {
            Py_DECREF(bytes);
            bytes = NULL;
        }
    }

    (void) close(fd);

    return bytes;
}


/* DIRECTORY/NAME.py is compiled to DIRECTORY/__pycache__/NAME.TAG.pyc. */

static PyObject *
guard_cached_path(PyObject *file)
{
    PyObject   *base, *directory, *path = NULL;
    Py_ssize_t  end, len, slash;

    len = PyUnicode_GetLength(file);
    slash = PyUnicode_FindChar(file, '/', 0, len, -1);
    end = PyUnicode_FindChar(file, '.', slash + 1, len, -1);

    if (slash < 0 || end < 0) {
        return NULL;
    }

    directory = PyUnicode_Substring(file, 0, slash);
    base = PyUnicode_Substring(file, slash + 1, end);

    if (directory != NULL && base != NULL) {
        path = PyUnicode_FromFormat("%U/__pycache__/%U.%U.pyc", directory,
                                    base, guard_cache_tag);
    }

    Py_XDECREF(directory);
    Py_XDECREF(base);

    return path;
}


/* Whether "code", which is "dump" when written, is "whole" or a part of it. */

static int
guard_contains(PyObject *whole, PyObject *code, PyObject *dump)
{
    int         found = 0;
    PyObject   *constant, *constants, *other;
    Py_ssize_t  i;

    if (guard_has_name_of(whole, code)) {
        other = guard_kept_call(DUMPS, "Oi", whole, GUARD_MARSHAL);

        found = other != NULL
                && PyObject_RichCompareBool(other, dump, Py_EQ) == 1;
        Py_XDECREF(other);

        if (found) {
            return 1;
        }
    }

    constants = PyObject_GetAttrString(whole, "co_consts");

    for (i = 0; constants != NULL && !found && i < PyTuple_Size(constants);
         i++)
    {
        constant = PyTuple_GetItem(constants, i);

        if (pyexec_guard_is_code(constant)) {
            found = guard_contains(constant, code, dump);
        }
    }

    Py_XDECREF(constants);
    PyErr_Clear();

    return found;
}


static int
guard_has_name_of(PyObject *one, PyObject *other)
{
    int         same = 1;
    size_t      i;
    PyObject   *a, *b;

    static const char *const attributes[] = { "co_firstlineno", "co_name" };

    for (i = 0; same && i < sizeof(attributes) / sizeof(char *); i++) {
        a = PyObject_GetAttrString(one, attributes[i]);
        b = PyObject_GetAttrString(other, attributes[i]);
        same = a != NULL && b != NULL
               && PyObject_RichCompareBool(a, b, Py_EQ) == 1;
        Py_XDECREF(a);
        Py_XDECREF(b);
    }

    PyErr_Clear();

    return same;
}
