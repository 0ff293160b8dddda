#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../guard/guard.h"
#include "../sandbox/without.h"
#include "compile_only.h"
#include "ending.h"
#include "main.h"
#include "reseed.h"
#include "shortage.h"
#include "source.h"


/*
 * Not of the limited API, but the same in every CPython since 3.9: how the
 * interpreter itself runs a script.
 */
PyAPI_FUNC(PyObject *) PyRun_FileExFlags(FILE *file, const char *filename,
                                         int start, PyObject *globals,
                                         PyObject *locals, int closeit,
                                         void *flags);

#define PYEXEC_MAIN_FILE_INPUT    257    /* Py_file_input */

/* What CPython exits with when the last flush of a stream fails. */
#define PYEXEC_MAIN_FLUSH_FAILED  120


static int pyexec_main_enter(const pyexec_main_t *program);
static PyObject *pyexec_main_execute(const pyexec_main_t *program);
static int pyexec_main_has_cookie(const pyexec_main_t *program);
static PyObject *pyexec_main_execute_text(const pyexec_main_t *program,
    PyObject *globals);


/*
 * The program gets a thread state of its own: no frame below it, its
 * recursion depth counted from zero, as at the start of an interpreter.
 *
 * PyGILState_Ensure() knows one state by thread, the one that was made when
 * it knew none: so the old one goes first, which only another current state
 * allows.  It is not cleared: the main thread's lock in threading hangs on
 * it, and so do the zygote's own frames.
 */

int
pyexec_main_begin(void)
{
    PyThreadState      *between, *old, *state;
    PyInterpreterState *interpreter;

    interpreter = PyInterpreterState_Get();

    between = PyThreadState_New(interpreter);
    if (between == NULL) {
        PyErr_NoMemory();
        return -1;
    }

    old = PyThreadState_Swap(between);
    PyThreadState_Delete(old);

    state = PyThreadState_New(interpreter);
    if (state == NULL) {
        PyErr_NoMemory();
        return -1;
    }

    (void) PyThreadState_Swap(state);
    PyThreadState_Clear(between);
    PyThreadState_Delete(between);

    return 0;
}


int
pyexec_main_prepare(const pyexec_main_hooks_t *hooks)
{
    PyObject  *id, *result;
    Py_ssize_t i;

    pyexec_reseed();

    if (hooks->main_thread != Py_None) {
        id = PyLong_FromLong(getpid());

        if (id == NULL
            || PyObject_SetAttrString(hooks->main_thread, "_native_id", id)
               == -1)
        {
            Py_XDECREF(id);
            return -1;
        }

        Py_DECREF(id);
    }

    for (i = 0; i < PyTuple_Size(hooks->reseed); i++) {
        result = PyObject_CallObject(PyTuple_GetItem(hooks->reseed, i), NULL);
        if (result == NULL) {
            return -1;
        }
        Py_DECREF(result);
    }

    return 0;
}


int
pyexec_main_run(pyexec_main_t *program)
{
    int       status;
    PyObject *result;

    if (pyexec_main_enter(program) == -1) {
        return pyexec_ending_error(&program->out_of_memory);
    }

    if (program->compile_only && pyexec_compile_only() == -1) {
        return pyexec_ending_error(&program->out_of_memory);
    }

    /* Where nothing of the program runs, only the zygote's own code imports. */

    if (!program->compile_only && !pyexec_without("guard")) {
        pyexec_guard_begin();
    }

    pyexec_shortage_begin();

    result = pyexec_main_execute(program);

    pyexec_shortage_look();

    pyexec_ending_flush();

    if (result != NULL) {
        Py_DECREF(result);
        status = 0;

    } else if (program->compile_only && pyexec_compile_only_done()) {
        PyErr_Clear();
        status = 0;

    } else {
        status = pyexec_ending_error(&program->out_of_memory);
    }

    if (program->compile_only && status == 0) {
        pyexec_compile_only_reply(program->code, program->code_len);
    }

    if (pyexec_ending_finish() == -1 && status != PYEXEC_ENDING_INTERRUPTED) {
        return PYEXEC_MAIN_FLUSH_FAILED;
    }

    return status;
}


/* The lists say "main.py" and "python3 main.py" already. */

static int
pyexec_main_enter(const pyexec_main_t *program)
{
    size_t      i;
    PyObject   *arg, *argv, *directory, *orig_argv;
    const char *p = program->args;

    if (program->directory != NULL) {
        directory = PyUnicode_DecodeFSDefault(program->directory);

        if (directory == NULL || pyexec_source_place(directory) == -1) {
            Py_XDECREF(directory);
            return -1;
        }

        Py_DECREF(directory);
    }

    argv = PySys_GetObject("argv");
    orig_argv = PySys_GetObject("orig_argv");       /* Python 3.10 */

    for (i = 0; i < program->nargs; i++) {
        arg = PyUnicode_FromString(p);

        if (arg == NULL
            || PyList_Append(argv, arg) == -1
            || (orig_argv != NULL && PyList_Append(orig_argv, arg) == -1))
        {
            Py_XDECREF(arg);
            return -1;
        }

        Py_DECREF(arg);
        p += strlen(p) + 1;
    }

    return 0;
}


/* New reference to None, or NULL with the program's exception. */

static PyObject *
pyexec_main_execute(const pyexec_main_t *program)
{
    FILE     *file;
    PyObject *globals, *result;

    globals = PyModule_GetDict(PyImport_AddModule("__main__"));
    Py_INCREF(globals);

    /*
     * A file would obey a coding cookie, and so run other characters than
     * those that were checked; an empty one fmemopen() does not make.
     */
    if (program->code_len == 0 || pyexec_main_has_cookie(program)) {
        result = pyexec_main_execute_text(program, globals);
        Py_DECREF(globals);
        return result;
    }

    file = fmemopen((void *) program->code, program->code_len, "r");
    if (file == NULL) {
        Py_DECREF(globals);
        return PyErr_SetFromErrno(PyExc_OSError);
    }

    result = PyRun_FileExFlags(file, "main.py", PYEXEC_MAIN_FILE_INPUT,
                               globals, globals, 1, NULL);
    Py_DECREF(globals);

    return result;
}


/*
 * Whether one of the first two lines could be one: CPython looks there for
 * "coding" with ":" or "=" behind it.
 */

static int
pyexec_main_has_cookie(const pyexec_main_t *program)
{
    int         line;
    size_t      len;
    const char *end, *last, *p;

    p = program->code;
    last = p + program->code_len;

    for (line = 0; line < 2 && p < last; line++) {
        end = memchr(p, '\n', last - p);
        len = (end != NULL ? end : last) - p;

        while ((p = memmem(p, len, "coding", 6)) != NULL) {
            p += 6;

            if (p < last && (*p == ':' || *p == '=')) {
                return 1;
            }

            len = (end != NULL ? end : last) - p;
        }

        if (end == NULL) {
            return 0;
        }

        p = end + 1;
    }

    return 0;
}


static PyObject *
pyexec_main_execute_text(const pyexec_main_t *program,
    PyObject *globals)
{
    PyObject *code, *result, *source;

    source = PyUnicode_DecodeUTF8(program->code, program->code_len, NULL);
    if (source == NULL) {
        return NULL;
    }

    /* A str has no encoding: a cookie in it means nothing. */
    code = PyObject_CallMethod(PyImport_AddModule("builtins"), "compile",
                               "OssiO", source, "main.py", "exec", 0,
                               Py_True);
    Py_DECREF(source);

    if (code == NULL) {
        return NULL;
    }

    if (program->compile_only) {
        return code;
    }

    result = PyEval_EvalCode(code, globals, globals);
    Py_DECREF(code);

    return result;
}
