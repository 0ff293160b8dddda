#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <dlfcn.h>

#include "amend.h"


/* As sqlite3.h has them, in every version 3. */

typedef int (*sqlite_exec_t)(void *db, const char *sql, void *callback,
    void *data, char **error);
typedef int (*sqlite_auto_extension_t)(void (*entry)(void));


static int amend_sqlite_opened(void *db, char **error, const void *api);


static sqlite_exec_t amend_sqlite_exec;


/*
 * Larger sorts and indexes go to a temporary file, also those of a database in
 * memory.  SQLite calls an automatic extension for each new connection.
 */

int
pyexec_amend_sqlite(PyObject *module)
{
    void                   *library;
    PyObject               *bytes, *file;
    sqlite_auto_extension_t extend = NULL;

    /* One that is part of the interpreter has no file. */

    file = PyModule_GetFilenameObject(module);
    bytes = file ? PyUnicode_EncodeFSDefault(file) : NULL;
    Py_XDECREF(file);
    PyErr_Clear();

    /* Whatever the library is called, the module depends on it. */

    library = dlopen(bytes ? PyBytes_AsString(bytes) : NULL,
                     RTLD_LAZY|RTLD_NOLOAD);
    Py_XDECREF(bytes);

    if (library == NULL) {
        return 0;
    }

    *(void **) &amend_sqlite_exec = dlsym(library, "sqlite3_exec");
    *(void **) &extend = dlsym(library, "sqlite3_auto_extension");

    if (amend_sqlite_exec != NULL && extend != NULL) {
        (void) extend((void (*)(void)) amend_sqlite_opened);
    }

    (void) dlclose(library);

    return 0;
}


static int
amend_sqlite_opened(void *db, char **error, const void *api)
{
    (void) error;
    (void) api;

    (void) amend_sqlite_exec(db, "PRAGMA temp_store = MEMORY", NULL, NULL,
                             NULL);

    return 0;
}
