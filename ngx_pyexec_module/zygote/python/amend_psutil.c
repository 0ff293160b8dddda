#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdio.h>
#include <time.h>

#include "../sandbox/isolation.h"
#include "amend.h"


/* Every column that any version of psutil looks for in "cpu". */
#define AMEND_PSUTIL_CPU  " 0 0 0 0 0 0 0 0 0 0\n"

#define AMEND_PSUTIL_LONGEST  320


typedef struct {
    const char *path;
    void      (*write)(char *text, size_t size);
} amend_psutil_file_t;


static PyObject *amend_psutil_open(PyObject *self, PyObject *args,
    PyObject *kwargs);
static PyObject *amend_psutil_file(const amend_psutil_file_t *file,
    PyObject *mode);
static void amend_psutil_stat(char *text, size_t size);
static void amend_psutil_meminfo(char *text, size_t size);
static void amend_psutil_vmstat(char *text, size_t size);
static int amend_psutil_forget(void);


static const amend_psutil_file_t amend_psutil_files[] = {
    { "/proc/stat", amend_psutil_stat },
    { "/proc/meminfo", amend_psutil_meminfo },
    { "/proc/vmstat", amend_psutil_vmstat },
};

#define AMEND_PSUTIL_NFILES                                                 \
    (sizeof(amend_psutil_files) / sizeof(amend_psutil_files[0]))


static PyMethodDef amend_psutil_method = {
    "open", (PyCFunction) (void (*)(void)) amend_psutil_open,
    METH_VARARGS|METH_KEYWORDS, NULL
};


/*
 * A run's /proc has its processes and nothing of the machine.  psutil cannot
 * even be imported without complaint where some of that is missing, and many
 * packages import it.  It reads these files by a part of its own, which has
 * been imported by now, and whose open() gives it what a run may know.
 */

int
pyexec_amend_psutil(PyObject *Py_UNUSED(module))
{
    int       rc;
    PyObject *common, *function, *owner;

    common = PyDict_GetItemString(PyImport_GetModuleDict(),
                                  "psutil._common");
    if (common == NULL) {
        return 0;
    }

    owner = PyUnicode_FromString("io");
    if (owner == NULL) {
        return -1;
    }

    function = PyCFunction_NewEx(&amend_psutil_method, NULL, owner);
    Py_DECREF(owner);

    if (function == NULL) {
        return -1;
    }

    rc = PyObject_SetAttrString(common, "open", function);
    Py_DECREF(function);

    return rc == -1 ? -1 : amend_psutil_forget();
}


static PyObject *
amend_psutil_open(PyObject *Py_UNUSED(self), PyObject *args, PyObject *kwargs)
{
    size_t    i;
    PyObject *builtins, *function, *mode, *path, *result;

    path = PyTuple_Size(args) > 0 ? PyTuple_GetItem(args, 0) : NULL;
    mode = PyTuple_Size(args) > 1 ? PyTuple_GetItem(args, 1) : NULL;

    if (path != NULL && PyUnicode_Check(path)) {

        for (i = 0; i < AMEND_PSUTIL_NFILES; i++) {

            if (PyUnicode_CompareWithASCIIString(path,
                                                 amend_psutil_files[i].path)
                == 0)
            {
                return amend_psutil_file(&amend_psutil_files[i], mode);
            }
        }
    }

    builtins = PyEval_GetBuiltins();
    function = builtins ? PyDict_GetItemString(builtins, "open") : NULL;

    if (function == NULL) {
        PyErr_SetString(PyExc_NameError, "name 'open' is not defined");
        return NULL;
    }

    Py_INCREF(function);
    result = PyObject_Call(function, args, kwargs);
    Py_DECREF(function);

    return result;
}


static PyObject *
amend_psutil_file(const amend_psutil_file_t *file, PyObject *mode)
{
    char      text[AMEND_PSUTIL_LONGEST];
    PyObject *io, *result;

    io = PyImport_ImportModule("io");
    if (io == NULL) {
        return NULL;
    }

    file->write(text, sizeof(text));

    if (mode != NULL && PyUnicode_Check(mode)
        && PyUnicode_FindChar(mode, 'b', 0, PyUnicode_GetLength(mode), 1)
           >= 0)
    {
        result = PyObject_CallMethod(io, "BytesIO", "y", text);

    } else {
        result = PyObject_CallMethod(io, "StringIO", "s", text);
    }

    Py_DECREF(io);

    return result;
}


/* When the machine was started, which its clocks tell anyway, and no load. */

static void
amend_psutil_stat(char *text, size_t size)
{
    struct timespec now = { 0 }, since = { 0 };

    (void) clock_gettime(CLOCK_REALTIME, &now);
    (void) clock_gettime(CLOCK_BOOTTIME, &since);

    (void) snprintf(text, size, "cpu " AMEND_PSUTIL_CPU
                                "cpu0" AMEND_PSUTIL_CPU
                                "intr 0\nctxt 0\nbtime %lld\nsoftirq 0\n",
                    (long long) (now.tv_sec - since.tv_sec));
}


/* What one process may have, as if nobody had taken any of it. */

static void
amend_psutil_meminfo(char *text, size_t size)
{
    unsigned long long kilobytes = pyexec_isolation.memory / 1024;

    (void) snprintf(text, size,
                    "MemTotal: %llu kB\nMemFree: %llu kB\n"
                    "MemAvailable: %llu kB\nBuffers: 0 kB\nCached: 0 kB\n"
                    "Active: 0 kB\nInactive: 0 kB\nShmem: 0 kB\n"
                    "Slab: 0 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n",
                    kilobytes, kilobytes, kilobytes);
}


static void
amend_psutil_vmstat(char *text, size_t size)
{
    (void) snprintf(text, size, "pswpin 0\npswpout 0\n");
}


/* Where the zygote has imported it: what it has read of the machine. */

static int
amend_psutil_forget(void)
{
    size_t    i;
    PyObject *psutil, *times;

    static const char *const names[] = {
        "_last_cpu_times", "_last_cpu_times_2",
        "_last_per_cpu_times", "_last_per_cpu_times_2",
    };

    psutil = PyDict_GetItemString(PyImport_GetModuleDict(), "psutil");

    for (i = 0; psutil != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        times = PyObject_GetAttrString(psutil, names[i]);

        if (times == NULL) {
            PyErr_Clear();
            continue;
        }

        /* Of each thread, or only the last ones, in older versions. */

        if (PyDict_Check(times)) {
            PyDict_Clear(times);
            Py_DECREF(times);
            continue;
        }

        Py_DECREF(times);

        if (PyObject_SetAttrString(psutil, names[i], Py_None) == -1) {
            return -1;
        }
    }

    return 0;
}
