#include "approval.h"
#include "fromlist.h"
#include "hidden.h"
#include "whose.h"


#define GUARD_FROMLIST_MODULE    "importlib._bootstrap"
#define GUARD_FROMLIST_FUNCTION  "_handle_fromlist"


static int       guard_active;
static PyObject *guard_import_original;
static PyObject *guard_import_guard;
static PyObject *guard_fromlist_original;


static PyObject *guard_fromlist(PyObject *self, PyObject *args,
    PyObject *kwargs);
static void guard_fromlist_approve(PyObject *module);


static PyMethodDef guard_fromlist_method = {
    GUARD_FROMLIST_FUNCTION, (PyCFunction) (void (*)(void)) guard_fromlist,
    METH_VARARGS|METH_KEYWORDS,
    GUARD_FROMLIST_FUNCTION "(module, fromlist, import_, *,"
    " recursive=False)\n--\n\n"
};


int
pyexec_guard_fromlist_install(PyObject *original, PyObject *guard)
{
    int       rc = -1;
    PyObject *function, *module, *name;

    guard_import_original = original;
    guard_import_guard = guard;

    module = PyImport_ImportModule(GUARD_FROMLIST_MODULE);
    name = PyUnicode_FromString(GUARD_FROMLIST_MODULE);

    if (module != NULL && name != NULL) {
        guard_fromlist_original =
            PyObject_GetAttrString(module, GUARD_FROMLIST_FUNCTION);
        function = PyCFunction_NewEx(&guard_fromlist_method, module, name);

        if (guard_fromlist_original != NULL && function != NULL) {
            rc = PyObject_SetAttrString(module, GUARD_FROMLIST_FUNCTION,
                                        function);
        }

        Py_XDECREF(function);
    }

    Py_XDECREF(name);
    Py_XDECREF(module);

    return rc;
}


void
pyexec_guard_fromlist_begin(void)
{
    guard_active = 1;
}


static PyObject *
guard_fromlist(PyObject *Py_UNUSED(self), PyObject *args, PyObject *kwargs)
{
    PyObject                *handed, *result;
    pyexec_guard_approval_t  outer;

    if (!guard_active || PyTuple_Size(args) != 3
        || PyTuple_GetItem(args, 2) != guard_import_original)
    {
        return PyObject_Call(guard_fromlist_original, args, kwargs);
    }

    handed = pyexec_guard_fromlist_hand(args, 2);
    if (handed == NULL) {
        return NULL;
    }

    outer = pyexec_guard_approval;
    guard_fromlist_approve(PyTuple_GetItem(args, 0));

    result = PyObject_Call(guard_fromlist_original, handed, kwargs);

    pyexec_guard_approval = outer;
    Py_DECREF(handed);

    return result;
}


/*
 * A package may have another one under a name of its own: what a library
 * imports from that is a part of the other one.
 */

static void
guard_fromlist_approve(PyObject *module)
{
    PyObject            *frame, *name, *names;
    Py_ssize_t           len;
    const char          *text;
    pyexec_guard_root_t *root = NULL;

    if (!PyModule_CheckExact(module)) {
        return;
    }

    names = PyModule_GetDict(module);
    name = PyDict_GetItemString(names, "__name__");
    text = name != NULL && PyUnicode_CheckExact(name)
           ? PyUnicode_AsUTF8AndSize(name, &len) : NULL;

    if (text != NULL) {
        root = pyexec_guard_root_find(text, pyexec_guard_root_len(text, len));
    }

    PyErr_Clear();

    if (root == NULL || root->allowed || !root->approved
        || root == pyexec_guard_approval.root)
    {
        return;
    }

    frame = (PyObject *) PyEval_GetFrame();

    if (pyexec_guard_whose_frame(frame)->kind != PYEXEC_GUARD_PROGRAM) {
        pyexec_guard_approval.frame = frame;
        pyexec_guard_approval.root = root;
    }
}


PyObject *
pyexec_guard_fromlist_hand(PyObject *args, Py_ssize_t index)
{
    PyObject   *handed, *item;
    Py_ssize_t  i, n;

    n = PyTuple_Size(args);

    handed = PyTuple_New(n);
    if (handed == NULL) {
        return NULL;
    }

    for (i = 0; i < n; i++) {
        item = i == index ? guard_import_guard : PyTuple_GetItem(args, i);
        Py_INCREF(item);
        (void) PyTuple_SetItem(handed, i, item);
    }

    return handed;
}
