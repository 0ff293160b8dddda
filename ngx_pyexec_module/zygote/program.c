#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <string.h>

#include "guard.h"
#include "program.h"


/* What CPython exits with when the last flush of a stream fails. */
#define PYEXEC_PROGRAM_FLUSH_FAILED  120


static PyObject *pyexec_program_args(const pyexec_program_t *program);
static PyObject *pyexec_program_compile(PyObject *source);
static void pyexec_program_quote_line(PyObject *source);
static int pyexec_program_print_error(void);
static int pyexec_program_exit_status(void);
static int pyexec_program_finish(int status);
static void pyexec_program_call(const char *module, const char *function);
static void pyexec_program_restore_streams(void);
static void pyexec_program_drop_main(void);
static int pyexec_program_flush(void);
static int pyexec_program_flush_stream(const char *name, int report);


int
pyexec_program_prepare(const pyexec_program_hooks_t *hooks)
{
    PyObject      *main;
    PyThreadState *state;

    main = PyObject_CallObject(hooks->prepare, NULL);
    if (main == NULL) {
        return -1;
    }

    if (PyDict_SetItemString(PyImport_GetModuleDict(), "__main__", main)
        == -1)
    {
        Py_DECREF(main);
        return -1;
    }

    Py_DECREF(main);

    /*
     * The program gets a thread state of its own: no frame below it, its
     * recursion depth counted from zero, as at the start of an interpreter.
     */
    state = PyThreadState_New(PyInterpreterState_Get());
    if (state == NULL) {
        PyErr_NoMemory();
        return -1;
    }

    (void) PyThreadState_Swap(state);

    return 0;
}


int
pyexec_program_run(const pyexec_program_hooks_t *hooks,
    const pyexec_program_t *program)
{
    int       status;
    PyObject *args, *code, *globals, *result, *source;

    source = PyUnicode_DecodeUTF8(program->code, program->code_len, NULL);
    args = pyexec_program_args(program);

    if (source == NULL || args == NULL) {
        return pyexec_program_print_error();
    }

    result = PyObject_CallFunctionObjArgs(hooks->enter, source, args, NULL);
    Py_DECREF(args);

    if (result == NULL) {
        Py_DECREF(source);
        return pyexec_program_print_error();
    }

    Py_DECREF(result);

    pyexec_guard_begin();

    code = pyexec_program_compile(source);
    Py_DECREF(source);

    if (code == NULL) {
        return pyexec_program_finish(pyexec_program_print_error());
    }

    if (program->compile_only) {
        Py_DECREF(code);
        return pyexec_program_finish(0);
    }

    globals = PyModule_GetDict(PyImport_AddModule("__main__"));
    Py_INCREF(globals);

    result = PyEval_EvalCode(code, globals, globals);
    status = result != NULL ? 0 : pyexec_program_print_error();

    Py_XDECREF(result);
    Py_DECREF(code);
    Py_DECREF(globals);

    return pyexec_program_finish(status);
}


static PyObject *
pyexec_program_args(const pyexec_program_t *program)
{
    size_t      i;
    PyObject   *arg, *args;
    const char *p = program->args;

    args = PyList_New(0);
    if (args == NULL) {
        return NULL;
    }

    for (i = 0; i < program->nargs; i++) {
        arg = PyUnicode_FromString(p);

        if (arg == NULL || PyList_Append(args, arg) == -1) {
            Py_XDECREF(arg);
            Py_DECREF(args);
            return NULL;
        }

        Py_DECREF(arg);
        p += strlen(p) + 1;
    }

    return args;
}


static PyObject *
pyexec_program_compile(PyObject *source)
{
    PyObject *builtins, *code;

    builtins = PyImport_AddModule("builtins");
    if (builtins == NULL) {
        return NULL;
    }

    /* A str, not bytes: a coding cookie in it is not obeyed. */
    code = PyObject_CallMethod(builtins, "compile", "OssiO", source,
                               "main.py", "exec", 0, Py_True);

    if (code == NULL && PyErr_ExceptionMatches(PyExc_SyntaxError)) {
        pyexec_program_quote_line(source);
    }

    return code;
}


/*
 * The parser quotes the offending line itself; for errors that are found
 * later CPython reads it from the file, and there is no file here.
 */
static void
pyexec_program_quote_line(PyObject *source)
{
    Py_ssize_t lineno = -1;
    PyObject  *line, *lines, *number, *text, *traceback, *type, *value;

    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);

    text = PyObject_GetAttrString(value, "text");
    number = PyObject_GetAttrString(value, "lineno");

    if (number != NULL && PyLong_Check(number)) {
        lineno = PyLong_AsSsize_t(number);
    }

    if (text == Py_None && lineno > 0) {
        line = PyUnicode_FromString("\n");
        lines = line ? PyUnicode_Split(source, line, lineno) : NULL;
        Py_XDECREF(line);

        if (lines != NULL && lineno <= PyList_Size(lines)) {
            line = PyUnicode_FromFormat("%U\n",
                                        PyList_GetItem(lines, lineno - 1));
            if (line != NULL) {
                (void) PyObject_SetAttrString(value, "text", line);
                Py_DECREF(line);
            }
        }

        Py_XDECREF(lines);
    }

    Py_XDECREF(text);
    Py_XDECREF(number);

    PyErr_Restore(type, value, traceback);
}


/* With an exception set: does what CPython does with an uncaught one. */
static int
pyexec_program_print_error(void)
{
    PyObject *type;

    if (PyErr_ExceptionMatches(PyExc_SystemExit)) {
        return pyexec_program_exit_status();
    }

    /* Only KeyboardInterrupt itself, as in CPython. */
    type = PyErr_Occurred();
    if (type == PyExc_KeyboardInterrupt) {
        PyErr_PrintEx(1);
        return PYEXEC_PROGRAM_INTERRUPTED;
    }

    PyErr_PrintEx(1);

    return 1;
}


static int
pyexec_program_exit_status(void)
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


/*
 * The part of Py_FinalizeEx() that a program can notice, in its order.  The
 * rest, tearing down every module of a large heap shared with the zygote,
 * would copy most of its pages only to give them back.
 */
static int
pyexec_program_finish(int status)
{
    int failed;

    pyexec_program_call("threading", "_shutdown");
    pyexec_program_call("atexit", "_run_exitfuncs");

    failed = pyexec_program_flush();
    (void) PyGC_Collect();

    pyexec_program_restore_streams();
    pyexec_program_drop_main();
    (void) PyGC_Collect();

    failed |= pyexec_program_flush();

    if (failed && status != PYEXEC_PROGRAM_INTERRUPTED) {
        return PYEXEC_PROGRAM_FLUSH_FAILED;
    }

    return status;
}


static void
pyexec_program_call(const char *module, const char *function)
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


/* What the program put in place of a stream goes before its objects do. */
static void
pyexec_program_restore_streams(void)
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


static void
pyexec_program_drop_main(void)
{
    (void) PyDict_DelItemString(PyImport_GetModuleDict(), "__main__");
    PyErr_Clear();
}


static int
pyexec_program_flush(void)
{
    int failed;

    failed = pyexec_program_flush_stream("stdout", 1);
    failed |= pyexec_program_flush_stream("stderr", 0);

    return failed;
}


static int
pyexec_program_flush_stream(const char *name, int report)
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
