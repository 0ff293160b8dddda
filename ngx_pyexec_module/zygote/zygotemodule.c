/*
 * The extension that makes a python3 a zygote.  It uses the limited API, so
 * that one build serves every CPython from 3.9 on.
 *
 * zygote.py drives it: supervise() right at the start, serve() when the
 * modules are imported.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../guard/guard.h"
#include "memory/image.h"
#include "memory/warm.h"
#include "probe.h"
#include "python/amend.h"
#include "python/compile_only.h"
#include "python/ending.h"
#include "python/main.h"
#include "python/reseed.h"
#include "python/sample.h"
#include "python/shortage.h"
#include "python/source.h"
#include "reaper.h"
#include "sandbox/cgroup.h"
#include "sandbox/confine.h"
#include "sandbox/isolation.h"
#include "sandbox/leave.h"
#include "serve.h"


static pyexec_view_entry_t *zygote_view(PyObject *tuple, size_t *n);
static PyObject *zygote_error(const char *step);
static int zygote_confine(PyObject *tuple);


static PyObject *
zygote_supervise(PyObject *Py_UNUSED(module), PyObject *args)
{
    int control;

    if (!PyArg_ParseTuple(args, "i:supervise", &control)) {
        return NULL;
    }

    if (pyexec_reaper_fork(control) == -1) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }

    Py_RETURN_NONE;
}


static PyObject *
zygote_open_cgroup(PyObject *Py_UNUSED(module), PyObject *args)
{
    int                entry;
    unsigned           processes;
    const char        *path, *why;
    unsigned long long memory;

    if (!PyArg_ParseTuple(args, "yiKI:open_cgroup", &path, &entry, &memory,
                          &processes))
    {
        return NULL;
    }

    if (pyexec_cgroup_open(path, entry, memory, processes, &why) == -1) {
        PyErr_SetString(PyExc_RuntimeError, why);
        return NULL;
    }

    pyexec_isolation.cgroup = 1;

    Py_RETURN_NONE;
}


static PyObject *
zygote_enter_cgroup(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args))
{
    const char *why;

    if (pyexec_cgroup_enter(&why) == -1) {
        PyErr_SetString(PyExc_RuntimeError, why);
        return NULL;
    }

    Py_RETURN_NONE;
}


static PyObject *
zygote_start_cgroup(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args))
{
    const char *why;

    if (pyexec_cgroup_start(&why) == -1) {
        PyErr_SetString(PyExc_RuntimeError, why);
        return NULL;
    }

    Py_RETURN_NONE;
}


static PyObject *
zygote_end_cgroup(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args))
{
    pyexec_cgroup_end();

    Py_RETURN_NONE;
}


static PyObject *
zygote_guard(PyObject *Py_UNUSED(module), PyObject *args)
{
    int       writable;
    PyObject *allow, *packages, *standard;

    if (!PyArg_ParseTuple(args, "OO!O!p:guard", &allow,
                          &PyTuple_Type, &standard,
                          &PyTuple_Type, &packages, &writable))
    {
        return NULL;
    }

    if (pyexec_guard_install(allow, standard, packages, writable) == -1) {
        return NULL;
    }

    Py_RETURN_NONE;
}


static PyObject *
zygote_isolate(PyObject *Py_UNUSED(module), PyObject *args)
{
    int                  rc;
    size_t               n;
    PyObject            *entries;
    const char          *step;
    unsigned long long   memory, scratch;
    pyexec_view_entry_t *view;

    if (!PyArg_ParseTuple(args, "ippIKKO!:isolate", &pyexec_isolation.mode,
                          &pyexec_isolation.network,
                          &pyexec_isolation.processes_allowed,
                          &pyexec_isolation.processes, &memory, &scratch,
                          &PyTuple_Type, &entries))
    {
        return NULL;
    }

    pyexec_isolation.memory = memory;
    pyexec_isolation.scratch = scratch;

    view = zygote_view(entries, &n);
    if (view == NULL) {
        return NULL;
    }

    rc = pyexec_leave(view, n, &step);
    free(view);

    if (rc == -1) {
        return zygote_error(step);
    }

    Py_RETURN_NONE;
}


/* Of tuples (type, path, content or None); NULL with an exception set. */

static pyexec_view_entry_t *
zygote_view(PyObject *tuple, size_t *n)
{
    size_t               i;
    pyexec_view_entry_t *entries;

    *n = PyTuple_Size(tuple);

    entries = calloc(*n ? *n : 1, sizeof(pyexec_view_entry_t));
    if (entries == NULL) {
        PyErr_NoMemory();
        return NULL;
    }

    for (i = 0; i < *n; i++) {
        if (!PyArg_ParseTuple(PyTuple_GetItem(tuple, i), "iyz",
                              &entries[i].type, &entries[i].path,
                              &entries[i].content))
        {
            free(entries);
            return NULL;
        }
    }

    return entries;
}


/* OSError with what failed in place of a file name. */

static PyObject *
zygote_error(const char *step)
{
    return PyErr_SetFromErrnoWithFilename(PyExc_OSError, step);
}


/* For a tuple of paths, bytes; -1 with an exception set. */

static int
zygote_confine(PyObject *tuple)
{
    int          rc;
    Py_ssize_t   i, n;
    const char  *step, **paths;

    n = PyTuple_Size(tuple);

    paths = calloc(n ? n : 1, sizeof(char *));
    if (paths == NULL) {
        PyErr_NoMemory();
        return -1;
    }

    for (i = 0; i < n; i++) {
        if (!PyArg_Parse(PyTuple_GetItem(tuple, i), "y", &paths[i])) {
            free(paths);
            return -1;
        }
    }

    rc = pyexec_confine_prepare(paths, n, &step);
    free(paths);

    if (rc == -1) {
        (void) zygote_error(step);
    }

    return rc;
}


static PyObject *
zygote_probe(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject   *paths;
    const char *step;

    if (!PyArg_ParseTuple(args, "O!:probe", &PyTuple_Type, &paths)
        || zygote_confine(paths) == -1)
    {
        return NULL;
    }

    if (pyexec_probe(&step) == -1) {
        return zygote_error(step);
    }

    Py_RETURN_NONE;
}


static PyObject *
zygote_reseed(PyObject *Py_UNUSED(module), PyObject *args)
{
    int         pos;
    PyObject   *capsule;
    const char *key;
    Py_ssize_t  len;

    if (!PyArg_ParseTuple(args, "Oy#i:reseed", &capsule, &key, &len, &pos)) {
        return NULL;
    }

    return PyBool_FromLong(pyexec_reseed_prepare(capsule, key, len, pos));
}


static PyObject *
zygote_watch_memory(PyObject *Py_UNUSED(module), PyObject *args)
{
    int raising;

    if (!PyArg_ParseTuple(args, "i:watch_memory", &raising)
        || pyexec_shortage_prepare(raising) == -1)
    {
        return NULL;
    }

    Py_RETURN_NONE;
}


static PyObject *
zygote_amend(PyObject *Py_UNUSED(module), PyObject *args)
{
    int any, writable;

    if (!PyArg_ParseTuple(args, "pp:amend", &writable, &any)
        || pyexec_amend_prepare(writable) == -1
        || (!any && pyexec_amend_breakpoint() == -1))
    {
        return NULL;
    }

    Py_RETURN_NONE;
}


static PyObject *
zygote_make_room(PyObject *Py_UNUSED(module), PyObject *args)
{
    unsigned long long bytes;

    if (!PyArg_ParseTuple(args, "K:make_room", &bytes)) {
        return NULL;
    }

    pyexec_isolation.code = bytes;

    Py_RETURN_NONE;
}


static PyObject *
zygote_rewrite_by(PyObject *Py_UNUSED(module), PyObject *source)
{
    if (!PyBytes_Check(source)) {
        PyErr_SetString(PyExc_TypeError, "a source is bytes");
        return NULL;
    }

    pyexec_compile_only_prepare(source);

    Py_RETURN_NONE;
}


static PyObject *
zygote_serve(PyObject *Py_UNUSED(module), PyObject *args)
{
    int                 control, image;
    PyObject           *directory, *paths;
    const char         *step;
    pyexec_errand_t     errand;
    pyexec_main_hooks_t hooks;

    if (!PyArg_ParseTuple(args, "iO!O!OpO:serve", &control, &PyTuple_Type,
                          &paths, &PyTuple_Type, &hooks.reseed,
                          &hooks.main_thread, &hooks.plain_fork, &directory))
    {
        return NULL;
    }

    if (directory != Py_None && pyexec_source_place(directory) == -1) {
        return NULL;
    }

    /*
     * Every thread of a run would reserve an arena of 64 MB, which counts
     * against its limit; under the GIL they gain little by it.
     */
    (void) mallopt(M_ARENA_MAX, 1);

    if (pyexec_ending_prepare() == -1 || pyexec_main_begin() == -1) {
        return NULL;
    }

    image = pyexec_image_create();

    if (zygote_confine(paths) == -1) {
        return NULL;
    }

    pyexec_image_take(image);

    errand = pyexec_sample(&hooks);
    pyexec_warm_learn(&errand);

    if (pyexec_serve(control, &hooks, &step) == -1) {
        (void) fprintf(stderr, "%s: %s\n", step, strerror(errno));
        _exit(EXIT_FAILURE);
    }

    /* Nothing of this heap needs to be torn down. */
    _exit(EXIT_SUCCESS);
}


static PyMethodDef zygote_methods[] = {
    {"supervise", zygote_supervise, METH_VARARGS,
     "supervise(control)\n--\n\n"
     "Continue in a child that a reaper outlives; it does not return there."},
    {"open_cgroup", zygote_open_cgroup, METH_VARARGS,
     "open_cgroup(path, entry, memory, processes)\n--\n\n"
     "Before supervise(): RuntimeError says what a delegated cgroup lacks."},
    {"enter_cgroup", zygote_enter_cgroup, METH_NOARGS,
     "enter_cgroup()\n--\n\n"
     "Before isolate(); RuntimeError as above."},
    {"start_cgroup", zygote_start_cgroup, METH_NOARGS,
     "start_cgroup()\n--\n\n"
     "After isolate(): runs have cgroups from now on; RuntimeError as above."},
    {"end_cgroup", zygote_end_cgroup, METH_NOARGS,
     "end_cgroup()\n--\n\n"
     "Where there is no supervise() to do it: remove the zygote's cgroup."},
    {"guard", zygote_guard, METH_VARARGS,
     "guard(allow, standard, packages, writable)\n--\n\n"
     "Hold every later run to the policy."},
    {"isolate", zygote_isolate, METH_VARARGS,
     "isolate(mode, network, processes_allowed, processes, memory, scratch,"
     " entries)\n--\n\n"
     "Leave the host; OSError names the step that it does not permit."},
    {"probe", zygote_probe, METH_VARARGS,
     "probe(paths)\n--\n\n"
     "See whether a run can be confined; OSError as above."},
    {"reseed", zygote_reseed, METH_VARARGS,
     "reseed(capsule, key, pos)\n--\n\n"
     "Give the MT19937 another state after every fork; whether it can."},
    {"watch_memory", zygote_watch_memory, METH_VARARGS,
     "watch_memory(raising)\n--\n\n"
     "Notice refusals of memory; the argument is a raise's instruction."},
    {"amend", zygote_amend, METH_VARARGS,
     "amend(writable, any)\n--\n\n"
     "Help modules to what they need; writable: runs can write files."},
    {"make_room", zygote_make_room, METH_VARARGS,
     "make_room(bytes)\n--\n\n"
     "Before serve(): let runs map so much more code of libraries."},
    {"rewrite_by", zygote_rewrite_by, METH_O,
     "rewrite_by(source)\n--\n\n"
     "Write programs that are compiled only anew by its function rewrite()."},
    {"serve", zygote_serve, METH_VARARGS,
     "serve(control, paths, reseed, main_thread, plain_fork, directory)"
     "\n--\n\n"
     "Fork runs for the worker behind the control socket until it is closed."},
    {NULL, NULL, 0, NULL}
};


static PyModuleDef_Slot zygote_slots[] = {
    {0, NULL}
};


static struct PyModuleDef zygote_module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "pyexec_zygote",
    .m_methods = zygote_methods,
    .m_slots = zygote_slots,
};


PyMODINIT_FUNC
PyInit_pyexec_zygote(void)
{
    return PyModuleDef_Init(&zygote_module);
}
