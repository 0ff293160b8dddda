#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdlib.h>

#include "ending.h"
#include "shortage.h"
#include "source.h"


/* The dictionaries of the zygote's modules and their sizes. */
typedef struct {
    PyObject  *globals;
    Py_ssize_t size;
} ending_module_t;


static ending_module_t *ending_modules;
static Py_ssize_t       ending_nmodules;

/* _thread._count, atexit._ncallbacks and what it said in the zygote. */
static PyObject *ending_count_threads;
static PyObject *ending_count_functions;
static long      ending_nfunctions;


static PyObject *ending_function(const char *module, const char *function);
static long ending_count(PyObject *function);
static void ending_call(const char *module, const char *function);
static int ending_exit_status(void);
static void ending_restore(void);
static void ending_drop_added(void);
static int ending_flush_stream(const char *name, int report);


int
pyexec_ending_prepare(void)
{
    PyObject  *key, *module, *modules;
    Py_ssize_t pos = 0;

    modules = PyImport_GetModuleDict();

    ending_modules = calloc(PyDict_Size(modules) + 1,
                            sizeof(ending_module_t));
    if (ending_modules == NULL) {
        PyErr_NoMemory();
        return -1;
    }

    while (PyDict_Next(modules, &pos, &key, &module)) {

        /*
         * Some put another object in their place.  What is in sys and in
         * builtins goes when nothing can be printed any more; __main__ is the
         * program's and goes as a whole.
         */
        if (!PyModule_Check(module)
            || PyUnicode_CompareWithASCIIString(key, "sys") == 0
            || PyUnicode_CompareWithASCIIString(key, "builtins") == 0
            || PyUnicode_CompareWithASCIIString(key, "__main__") == 0)
        {
            continue;
        }

        ending_modules[ending_nmodules].globals = PyModule_GetDict(module);
        ending_modules[ending_nmodules].size =
            PyDict_Size(ending_modules[ending_nmodules].globals);
        ending_nmodules++;
    }

    ending_count_threads = ending_function("_thread", "_count");
    ending_count_functions = ending_function("atexit", "_ncallbacks");
    ending_nfunctions = ending_count(ending_count_functions);

    return 0;
}


/* New reference, or NULL. */

static PyObject *
ending_function(const char *module, const char *function)
{
    PyObject *imported, *result;

    imported = PyImport_ImportModule(module);
    if (imported == NULL) {
        PyErr_Clear();
        return NULL;
    }

    result = PyObject_GetAttrString(imported, function);
    Py_DECREF(imported);

    if (result == NULL) {
        PyErr_Clear();
    }

    return result;
}


/* -1 when it is not known. */

static long
ending_count(PyObject *function)
{
    long      count;
    PyObject *result;

    if (function == NULL) {
        return -1;
    }

    result = PyObject_CallObject(function, NULL);
    count = result ? PyLong_AsLong(result) : -1;
    Py_XDECREF(result);
    PyErr_Clear();

    return count;
}


void
pyexec_ending_flush(void)
{
    PyObject *traceback, *type, *value;

    PyErr_Fetch(&type, &value, &traceback);

    (void) ending_flush_stream("stderr", 0);
    (void) ending_flush_stream("stdout", 0);

    PyErr_Restore(type, value, traceback);
}


int
pyexec_ending_error(int *out_of_memory)
{
    int interrupted;

    if (PyErr_ExceptionMatches(PyExc_SystemExit)) {
        return ending_exit_status();
    }

    *out_of_memory = pyexec_shortage_is_reason();

    /* Only KeyboardInterrupt itself, as in CPython. */
    interrupted = PyErr_Occurred() == PyExc_KeyboardInterrupt;

    PyErr_PrintEx(1);

    return interrupted ? PYEXEC_ENDING_INTERRUPTED : 1;
}


static int
ending_exit_status(void)
{
    int       status;
    PyObject *code, *file, *traceback, *type, *value;

    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);

    code = PyObject_GetAttrString(value, "code");
    PyErr_Clear();

    if (code == NULL || code == Py_None) {
        status = 0;

    } else if (PyLong_Check(code)) {
        /* Beyond a long it is -1; the kernel keeps 8 bits. */
        status = (int) PyLong_AsLong(code) & 0xff;
        PyErr_Clear();

    } else {
        file = PySys_GetObject("stderr");

        if (file != NULL && file != Py_None) {
            (void) PyFile_WriteObject(code, file, Py_PRINT_RAW);
        }

        PyErr_Clear();
        PySys_WriteStderr("\n");
        status = 1;
    }

    Py_XDECREF(code);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);

    return status;
}


int
pyexec_ending_finish(void)
{
    int       failed;
    PyObject *finalizing;

    /*
     * Without a thread, it would tell the functions to come that the main
     * thread has ended, and nothing else; and it is slow.
     */
    if (ending_count(ending_count_threads) != 0
        || ending_nfunctions == -1
        || ending_count(ending_count_functions) != ending_nfunctions)
    {
        ending_call("threading", "_shutdown");
    }

    ending_call("atexit", "_run_exitfuncs");

    /* The true answer cannot be had: the interpreter is left alive. */
    finalizing = PyObject_GetAttrString(Py_True, "__bool__");
    (void) PySys_SetObject("is_finalizing", finalizing);
    Py_XDECREF(finalizing);

    failed = ending_flush_stream("stdout", 1);
    failed |= ending_flush_stream("stderr", 0);

    (void) PyGC_Collect();

    ending_restore();

    /* An interpreter that ends shows none in a traceback, either. */
    pyexec_source_hide();

    (void) PyDict_DelItemString(PyImport_GetModuleDict(), "__main__");
    PyErr_Clear();

    ending_drop_added();
    (void) PyGC_Collect();

    (void) ending_flush_stream("stdout", 0);
    (void) ending_flush_stream("stderr", 0);

    return failed ? -1 : 0;
}


static void
ending_call(const char *module, const char *function)
{
    PyObject *imported, *result;

    imported = PyDict_GetItemString(PyImport_GetModuleDict(), module);
    if (imported == NULL) {
        return;
    }

    Py_INCREF(imported);

    result = PyObject_CallMethod(imported, function, NULL);
    if (result == NULL) {
        PyErr_WriteUnraisable(imported);
    }

    Py_XDECREF(result);
    Py_DECREF(imported);
}


/*
 * What the program put in place of a stream goes before its objects do, and
 * the last exception with its frames.
 */

static void
ending_restore(void)
{
    size_t    i;
    PyObject *stream;

    static const char *const streams[][2] = {
        { "stdin", "__stdin__" },
        { "stdout", "__stdout__" },
        { "stderr", "__stderr__" },
    };

    static const char *const dropped[] = {
        "last_exc", "last_type", "last_value", "last_traceback",
    };

    for (i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++) {
        (void) PySys_SetObject(dropped[i], Py_None);
    }

    for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
        stream = PySys_GetObject(streams[i][1]);
        (void) PySys_SetObject(streams[i][0], stream ? stream : Py_None);
    }

    PyErr_Clear();
}


/*
 * CPython clears every module; here only what the program has added to them
 * can have a finalizer that it would notice.
 */

static void
ending_drop_added(void)
{
    PyObject  *keys;
    Py_ssize_t i, j, n;

    for (i = 0; i < ending_nmodules; i++) {
        n = PyDict_Size(ending_modules[i].globals);

        if (n <= ending_modules[i].size) {
            continue;
        }

        /* In order of insertion: the added ones are the last. */
        keys = PyDict_Keys(ending_modules[i].globals);

        for (j = ending_modules[i].size; keys != NULL && j < n; j++) {
            (void) PyDict_DelItem(ending_modules[i].globals,
                                  PyList_GetItem(keys, j));
        }

        Py_XDECREF(keys);
        PyErr_Clear();
    }
}


static int
ending_flush_stream(const char *name, int report)
{
    int       is_closed;
    PyObject *closed, *result, *stream;

    stream = PySys_GetObject(name);
    if (stream == NULL || stream == Py_None) {
        return 0;
    }

    closed = PyObject_GetAttrString(stream, "closed");
    is_closed = closed ? PyObject_IsTrue(closed) : 0;
    Py_XDECREF(closed);
    PyErr_Clear();

    if (is_closed > 0) {
        return 0;
    }

    Py_INCREF(stream);

    result = PyObject_CallMethod(stream, "flush", NULL);
    if (result == NULL) {
        if (report) {
            PyErr_WriteUnraisable(stream);
        }
        PyErr_Clear();
        Py_DECREF(stream);
        return 1;
    }

    Py_DECREF(result);
    Py_DECREF(stream);

    return 0;
}
