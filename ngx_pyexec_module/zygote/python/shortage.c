#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "shortage.h"


/* No more than this can be mapped, whatever the limit is: bytes. */
#define SHORTAGE_MOST  ((uint64_t) 1 << 47)

/* Exceptions that led to one another: more are not looked at. */
#define SHORTAGE_CHAIN  32

/* What a thread needs where the default cannot be asked for, bytes. */
#define SHORTAGE_STACK  ((size_t) 8 << 20)


/*
 * Not of the limited API, but the same in every CPython since 3.5: how the
 * interpreter gets memory from the C library.
 */

typedef struct {
    void *ctx;
    void *(*malloc)(void *ctx, size_t size);
    void *(*calloc)(void *ctx, size_t n, size_t size);
    void *(*realloc)(void *ctx, void *p, size_t size);
    void  (*free)(void *ctx, void *p);
} shortage_allocator_t;

PyAPI_FUNC(void) PyMem_GetAllocator(int domain,
                                    shortage_allocator_t *allocator);
PyAPI_FUNC(void) PyMem_SetAllocator(int domain,
                                    shortage_allocator_t *allocator);

#define SHORTAGE_RAW  0             /* PYMEM_DOMAIN_RAW */


static void *shortage_malloc(void *ctx, size_t size);
static void *shortage_calloc(void *ctx, size_t n, size_t size);
static void *shortage_realloc(void *ctx, void *p, size_t size);
static void *shortage_seen(void *p, uint64_t size, int error);
static int shortage_watch_threads(void);
static PyObject *shortage_start(int i, PyObject *args, PyObject *kwargs);
static int shortage_no_stack(void);
static int shortage_came_of(PyObject *exception);
static int shortage_is_raised(PyObject *exception);
static PyObject *shortage_innermost(PyObject *exception);
static int shortage_of_library(PyObject *exception);
static int shortage_errno(PyObject *exception);
static PyObject *shortage_next(PyObject *exception);


/* What CPython would do itself. */
static shortage_allocator_t shortage_plain;

static int shortage_raising;
/* Whether CPython was refused memory that another limit would allow. */
static int shortage_refused;

/* What errno said when the program ended. */
static int shortage_last;

/* The exception for a thread that got no stack; not to be touched. */
static const PyObject *shortage_thread;


/* What starts a thread, and the name that threading has for it. */
#define SHORTAGE_STARTERS(X)                                                \
    X(0, "start_new_thread", "_start_new_thread")                           \
    X(1, "start_new", NULL)                                                 \
    X(2, "start_joinable_thread", "_start_joinable_thread")

typedef struct {
    PyMethodDef method;
    const char *alias;
    PyObject   *original;
} shortage_starter_t;

#define SHORTAGE_WRAPPER(i, name, alias)                                    \
    static PyObject *                                                       \
    shortage_start_##i(PyObject *Py_UNUSED(self), PyObject *args,           \
        PyObject *kwargs)                                                   \
    {                                                                       \
        return shortage_start(i, args, kwargs);                             \
    }

#define SHORTAGE_STARTER(i, name, alias)                                    \
    { { name, (PyCFunction) (void (*)(void)) shortage_start_##i,            \
        METH_VARARGS|METH_KEYWORDS, NULL }, alias, NULL },

SHORTAGE_STARTERS(SHORTAGE_WRAPPER)

static shortage_starter_t shortage_starters[] = {
    SHORTAGE_STARTERS(SHORTAGE_STARTER)
};


/*
 * Only what goes to the C library is looked at, which is what is large: a
 * small object whose arena is refused is asked for there, too.
 */

int
pyexec_shortage_prepare(int raising)
{
    shortage_allocator_t allocator;

    shortage_raising = raising;

    PyMem_GetAllocator(SHORTAGE_RAW, &shortage_plain);

    allocator = shortage_plain;
    allocator.malloc = shortage_malloc;
    allocator.calloc = shortage_calloc;
    allocator.realloc = shortage_realloc;

    PyMem_SetAllocator(SHORTAGE_RAW, &allocator);

    return shortage_watch_threads();
}


static void *
shortage_malloc(void *ctx, size_t size)
{
    int   error = errno;
    void *p;

    p = shortage_plain.malloc(ctx, size);

    return p != NULL ? p : shortage_seen(p, size, error);
}


static void *
shortage_calloc(void *ctx, size_t n, size_t size)
{
    int   error = errno;
    void *p;

    p = shortage_plain.calloc(ctx, n, size);

    /* CPython has seen to it that the product is no more than fits. */

    return p != NULL ? p : shortage_seen(p, (uint64_t) n * size, error);
}


static void *
shortage_realloc(void *ctx, void *p, size_t size)
{
    int   error = errno;
    void *q;

    q = shortage_plain.realloc(ctx, p, size);

    return q != NULL ? q : shortage_seen(q, size, error);
}


/* Of what no machine has, the limit is not the reason. */

static void *
shortage_seen(void *p, uint64_t size, int error)
{
    if (size < SHORTAGE_MOST) {
        shortage_refused = 1;

    } else {
        errno = error;
    }

    return p;
}


/*
 * A thread may be refused for its stack or for the number of threads, and
 * either is EAGAIN: right after it, the kernel is asked for such a stack.
 */

static int
shortage_watch_threads(void)
{
    size_t              i;
    PyObject           *module, *name, *threading, *wrapper;
    shortage_starter_t *starter;

    module = PyImport_ImportModule("_thread");
    name = PyUnicode_FromString("_thread");

    if (module == NULL || name == NULL) {
        return -1;
    }

    threading = PyDict_GetItemString(PyImport_GetModuleDict(), "threading");

    for (i = 0;
         i < sizeof(shortage_starters) / sizeof(shortage_starters[0]);
         i++)
    {
        starter = &shortage_starters[i];

        starter->original = PyObject_GetAttrString(module,
                                                   starter->method.ml_name);
        if (starter->original == NULL) {
            /* start_joinable_thread() is of Python 3.13. */
            PyErr_Clear();
            continue;
        }

        wrapper = PyCFunction_NewEx(&starter->method, NULL, name);

        if (wrapper == NULL
            || PyObject_SetAttrString(module, starter->method.ml_name,
                                      wrapper)
               == -1)
        {
            return -1;
        }

        if (threading != NULL && starter->alias != NULL
            && PyObject_HasAttrString(threading, starter->alias)
            && PyObject_SetAttrString(threading, starter->alias, wrapper)
               == -1)
        {
            return -1;
        }

        Py_DECREF(wrapper);
    }

    Py_DECREF(name);
    Py_DECREF(module);

    return 0;
}


static PyObject *
shortage_start(int i, PyObject *args, PyObject *kwargs)
{
    PyObject *result, *traceback, *type, *value;

    result = PyObject_Call(shortage_starters[i].original, args, kwargs);

    if (result == NULL && PyErr_ExceptionMatches(PyExc_RuntimeError)
        && shortage_no_stack())
    {
        PyErr_Fetch(&type, &value, &traceback);
        PyErr_NormalizeException(&type, &value, &traceback);
        shortage_thread = value;
        PyErr_Restore(type, value, traceback);
    }

    return result;
}


static int
shortage_no_stack(void)
{
    void          *stack;
    size_t         size = SHORTAGE_STACK;
    pthread_attr_t attr;

    if (pthread_getattr_default_np(&attr) == 0) {
        (void) pthread_attr_getstacksize(&attr, &size);
        (void) pthread_attr_destroy(&attr);
    }

    /* The page below it, that nothing may touch. */
    size += sysconf(_SC_PAGESIZE);

    stack = mmap(NULL, size, PROT_READ|PROT_WRITE,
                 MAP_PRIVATE|MAP_ANONYMOUS|MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) {
        return errno == ENOMEM;
    }

    (void) munmap(stack, size);

    return 0;
}


void
pyexec_shortage_begin(void)
{
    if (shortage_refused) {
        shortage_refused = 0;
    }

    errno = 0;
}


void
pyexec_shortage_look(void)
{
    shortage_last = errno;
}


int
pyexec_shortage_is_reason(void)
{
    int       i, found = 0;
    PyObject *exception, *next, *traceback, *type, *value;

    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);

    if (traceback != NULL) {
        (void) PyException_SetTraceback(value, traceback);
    }

    exception = value;
    Py_XINCREF(exception);

    for (i = 0; exception != NULL && i < SHORTAGE_CHAIN; i++) {
        found = shortage_came_of(exception);

        if (found) {
            break;
        }

        next = shortage_next(exception);
        Py_DECREF(exception);
        exception = next;
    }

    Py_XDECREF(exception);

    PyErr_Restore(type, value, traceback);

    return found;
}


static int
shortage_came_of(PyObject *exception)
{
    if (exception == shortage_thread) {
        return 1;
    }

    if (shortage_is_raised(exception)) {
        return 0;
    }

    if (PyErr_GivenExceptionMatches(exception, PyExc_MemoryError)
        && (PyObject *) Py_TYPE(exception) != PyExc_MemoryError)
    {
        /* A library's own, whose memory is not CPython's. */
        return 1;
    }

    if (PyErr_GivenExceptionMatches(exception, PyExc_MemoryError)
        || PyErr_GivenExceptionMatches(exception, PyExc_SystemError))
    {
        return shortage_refused || shortage_last == ENOMEM;
    }

    if (PyErr_GivenExceptionMatches(exception, PyExc_ImportError)) {
        return shortage_of_library(exception);
    }

    if (PyErr_GivenExceptionMatches(exception, PyExc_OSError)) {
        return shortage_errno(exception) == ENOMEM;
    }

    return 0;
}


/* By a statement of Python, and not by C. */

static int
shortage_is_raised(PyObject *exception)
{
    int       raised = 0;
    long      at;
    PyObject *code = NULL, *frame, *instructions = NULL, *lasti, *traceback;

    traceback = shortage_innermost(exception);

    if (traceback == NULL) {
        return 0;
    }

    frame = PyObject_GetAttrString(traceback, "tb_frame");
    lasti = PyObject_GetAttrString(traceback, "tb_lasti");

    if (frame != NULL && lasti != NULL) {
        code = (PyObject *) PyFrame_GetCode((PyFrameObject *) frame);
        instructions = PyObject_GetAttrString(code, "co_code");
    }

    if (instructions != NULL) {
        at = PyLong_AsLong(lasti);

        raised = at >= 0 && at < PyBytes_Size(instructions)
                 && (unsigned char) PyBytes_AsString(instructions)[at]
                    == shortage_raising;
    }

    Py_XDECREF(instructions);
    Py_XDECREF(code);
    Py_XDECREF(lasti);
    Py_XDECREF(frame);
    Py_DECREF(traceback);
    PyErr_Clear();

    return raised;
}


/* The part of its traceback where it was raised: a new reference, or NULL. */

static PyObject *
shortage_innermost(PyObject *exception)
{
    PyObject *next, *traceback;

    traceback = PyException_GetTraceback(exception);

    while (traceback != NULL) {
        next = PyObject_GetAttrString(traceback, "tb_next");

        if (next == NULL || next == Py_None) {
            Py_XDECREF(next);
            break;
        }

        Py_DECREF(traceback);
        traceback = next;
    }

    PyErr_Clear();

    return traceback;
}


/*
 * The linker keeps the reason to itself: for one of these words it is memory,
 * unless nothing may be executed there.
 */

static int
shortage_of_library(PyObject *exception)
{
    int            found;
    PyObject      *bytes, *path, *text;
    struct statvfs fs;

    text = PyObject_Str(exception);
    bytes = text ? PyUnicode_AsUTF8String(text) : NULL;

    found = bytes != NULL
            && (strstr(PyBytes_AsString(bytes), "failed to map segment")
                || strstr(PyBytes_AsString(bytes), strerror(ENOMEM)));

    Py_XDECREF(bytes);
    Py_XDECREF(text);

    path = found ? PyObject_GetAttrString(exception, "path") : NULL;
    bytes = path && PyUnicode_Check(path) ? PyUnicode_EncodeFSDefault(path)
                                          : NULL;

    if (bytes != NULL && statvfs(PyBytes_AsString(bytes), &fs) == 0
        && (fs.f_flag & ST_NOEXEC))
    {
        found = 0;
    }

    Py_XDECREF(bytes);
    Py_XDECREF(path);
    PyErr_Clear();

    return found;
}


/* Of an OSError, or 0. */

static int
shortage_errno(PyObject *exception)
{
    int       number;
    PyObject *value;

    value = PyObject_GetAttrString(exception, "errno");
    number = value && PyLong_Check(value) ? (int) PyLong_AsLong(value) : 0;

    Py_XDECREF(value);
    PyErr_Clear();

    return number;
}


/* What a traceback shows above it: a new reference, or NULL. */

static PyObject *
shortage_next(PyObject *exception)
{
    PyObject *next, *suppress;

    next = PyException_GetCause(exception);

    if (next == NULL) {
        suppress = PyObject_GetAttrString(exception, "__suppress_context__");

        if (suppress == Py_False) {
            next = PyException_GetContext(exception);
        }

        Py_XDECREF(suppress);
    }

    PyErr_Clear();

    return next;
}
