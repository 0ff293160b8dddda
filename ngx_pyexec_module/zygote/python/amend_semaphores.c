#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <semaphore.h>
#include <sys/mman.h>
#include <unistd.h>

#include "amend.h"


/* So many semaphores are made at a time: 4 KB of them, mostly. */
#define AMEND_SEMAPHORES  128


static PyObject *amend_semlock_new(PyTypeObject *type, PyObject *args,
    PyObject *kwargs);
static sem_t *amend_semaphore(void);


/* Semaphores that are not taken yet, and the process that may take them. */
static sem_t *amend_semaphores;
static size_t amend_nsemaphores;
static pid_t  amend_owner;


static PyType_Slot amend_semlock_slots[] = {
    { Py_tp_new, amend_semlock_new },
    { 0, NULL }
};

static PyType_Spec amend_semlock_spec = {
    .name = "_multiprocessing.SemLock",
    .flags = Py_TPFLAGS_DEFAULT|Py_TPFLAGS_BASETYPE,
    .slots = amend_semlock_slots,
};


/*
 * Named semaphores are files in /dev/shm.  multiprocessing removes the name at
 * once where it forks, and threads need none; so a semaphore in memory that
 * forked processes share does as well.  The type is CPython's but for how one
 * is made.
 */

int
pyexec_amend_semaphores(PyObject *module)
{
    int       rc = -1;
    PyObject *bases, *original, *type = NULL;

    original = PyObject_GetAttrString(module, "SemLock");
    if (original == NULL) {
        PyErr_Clear();
        return 0;
    }

    bases = PyTuple_Pack(1, original);
    Py_DECREF(original);

    if (bases != NULL) {
        type = PyType_FromSpecWithBases(&amend_semlock_spec, bases);
        Py_DECREF(bases);
    }

    /* It means nothing to a process that was not forked: none is told. */

    if (type != NULL
        && PyObject_SetAttrString(type, "handle", Py_None) == 0)
    {
        rc = PyObject_SetAttrString(module, "SemLock", type);
    }

    Py_XDECREF(type);

    return rc;
}


static PyObject *
amend_semlock_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    int       kind, maxvalue, unlink, value;
    sem_t    *semaphore;
    PyObject *handle, *name, *result;

    static char *keywords[] = {
        "kind", "value", "maxvalue", "name", "unlink", NULL
    };

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "iiiUp:SemLock", keywords,
                                     &kind, &value, &maxvalue, &name,
                                     &unlink))
    {
        return NULL;
    }

    /* RECURSIVE_MUTEX and SEMAPHORE */

    if (kind != 0 && kind != 1) {
        PyErr_SetString(PyExc_ValueError, "unrecognized kind");
        return NULL;
    }

    semaphore = amend_semaphore();

    if (semaphore == NULL || sem_init(semaphore, 1, value) == -1) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }

    handle = PyLong_FromVoidPtr(semaphore);
    if (handle == NULL) {
        return NULL;
    }

    result = PyObject_CallMethod((PyObject *) type, "_rebuild", "OiiO",
                                 handle, kind, maxvalue, Py_None);
    Py_DECREF(handle);

    return result;
}


/*
 * NULL with errno.  None is used twice: a forked process may still have it.
 * Nor may two processes take the same one.
 */

static sem_t *
amend_semaphore(void)
{
    sem_t *made;
    pid_t  pid = getpid();

    if (amend_nsemaphores == 0 || amend_owner != pid) {
        made = mmap(NULL, AMEND_SEMAPHORES * sizeof(sem_t),
                    PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0);
        if (made == MAP_FAILED) {
            return NULL;
        }

        amend_semaphores = made;
        amend_nsemaphores = AMEND_SEMAPHORES;
        amend_owner = pid;
    }

    return &amend_semaphores[--amend_nsemaphores];
}
