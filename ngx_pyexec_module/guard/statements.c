#include <stdlib.h>

#include "map.h"
#include "statements.h"


/* Two bytes each, since Python 3.6: the operation and its argument. */
#define GUARD_UNIT  2


static int guard_import_name;
static int guard_extended_arg;

/* By code objects: lists of the names, ended by NULL. */
static pyexec_guard_map_t guard_statements;


static int guard_statements_opcode(PyObject *opcodes, const char *name);
static PyObject **guard_statements_read(PyObject *code);
static PyObject **guard_statements_scan(const unsigned char *p,
    Py_ssize_t len, PyObject *names);
static int guard_statements_find(PyObject *const *list,
    const PyObject *name);


/* A program shall not find a module in memory that it would not otherwise. */

int
pyexec_guard_statements_install(void)
{
    size_t    i;
    int       had[3];
    PyObject *module, *modules, *opcodes;

    static const char *const names[] = {
        "opcode", "_opcode", "_opcode_metadata"
    };

    modules = PyImport_GetModuleDict();

    for (i = 0; i < sizeof(names) / sizeof(char *); i++) {
        had[i] = PyDict_GetItemString(modules, names[i]) != NULL;
    }

    module = PyImport_ImportModule("opcode");
    opcodes = module ? PyObject_GetAttrString(module, "opmap") : NULL;
    Py_XDECREF(module);

    if (opcodes == NULL) {
        return -1;
    }

    guard_import_name = guard_statements_opcode(opcodes, "IMPORT_NAME");
    guard_extended_arg = guard_statements_opcode(opcodes, "EXTENDED_ARG");
    Py_DECREF(opcodes);

    for (i = 0; i < sizeof(names) / sizeof(char *); i++) {
        if (!had[i] && PyDict_GetItemString(modules, names[i]) != NULL) {
            (void) PyDict_DelItemString(modules, names[i]);
        }
    }

    return guard_import_name == -1 || guard_extended_arg == -1 ? -1 : 0;
}


static int
guard_statements_opcode(PyObject *opcodes, const char *name)
{
    int       opcode;
    PyObject *number;

    number = PyMapping_GetItemString(opcodes, name);
    if (number == NULL) {
        return -1;
    }

    opcode = (int) PyLong_AsLong(number);
    Py_DECREF(number);

    return opcode;
}


int
pyexec_guard_statements_have(PyObject *code, PyObject *name)
{
    PyObject **list;

    list = (PyObject **) pyexec_guard_map_get(&guard_statements, code);

    if (list == NULL) {
        list = guard_statements_read(code);

        if (list == NULL
            || pyexec_guard_map_set(&guard_statements, code, list) == -1)
        {
            free(list);
            return 0;
        }
    }

    return guard_statements_find(list, name);
}


int
pyexec_guard_statements_of(PyObject *code, PyObject *name)
{
    int        found;
    PyObject **list;

    list = guard_statements_read(code);
    found = list != NULL && guard_statements_find(list, name);
    free(list);

    return found;
}


/* Borrowed references of the code's; NULL where there is no memory. */

static PyObject **
guard_statements_read(PyObject *code)
{
    char        *p;
    PyObject    *bytes, *names, **list = NULL;
    Py_ssize_t   len;

    bytes = PyObject_GetAttrString(code, "co_code");
    names = PyObject_GetAttrString(code, "co_names");

    if (bytes != NULL && names != NULL
        && PyBytes_AsStringAndSize(bytes, &p, &len) == 0)
    {
        list = guard_statements_scan((unsigned char *) p, len, names);
    }

    Py_XDECREF(bytes);
    Py_XDECREF(names);
    PyErr_Clear();

    return list;
}


static PyObject **
guard_statements_scan(const unsigned char *p, Py_ssize_t len,
    PyObject *names)
{
    size_t      n = 0;
    PyObject  **list;
    Py_ssize_t  argument = 0, i;

    list = calloc(PyTuple_Size(names) + 1, sizeof(PyObject *));
    if (list == NULL) {
        return NULL;
    }

    for (i = 0; i + 1 < len; i += GUARD_UNIT) {
        argument = (argument << 8 | p[i + 1]) & 0xffffff;

        if (p[i] == guard_extended_arg) {
            continue;
        }

        if (p[i] == guard_import_name && argument < PyTuple_Size(names)
            && !guard_statements_find(list, PyTuple_GetItem(names, argument)))
        {
            list[n++] = PyTuple_GetItem(names, argument);
        }

        argument = 0;
    }

    return list;
}


static int
guard_statements_find(PyObject *const *list, const PyObject *name)
{
    for ( ; *list != NULL; list++) {
        if (*list == name) {
            return 1;
        }
    }

    return 0;
}
