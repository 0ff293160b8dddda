/*
 * What modules need of a machine and a run has not:
 * they get it another way, whenever they are imported.
 */

#ifndef PYEXEC_AMEND_H
#define PYEXEC_AMEND_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>


/*
 * Called once in the zygote.  Where no run can write a file, semaphores of
 * multiprocessing have no name, and sqlite3 keeps in memory what it would put
 * into temporary files.  psutil knows of the machine what a run may know.
 * Costs a run nothing that does not import them.  Returns -1 with a Python
 * exception.
 */
int pyexec_amend_prepare(int writable);

/*
 * Called once in the zygote: a breakpoint() whose debugger may not be imported
 * raises what the import raises, where CPython warns of an environment
 * variable.  Returns -1 with a Python exception.
 */
int pyexec_amend_breakpoint(void);


/*
 * Those below are for pyexec_amend_prepare(): the module has just been
 * initialised.  Each returns -1 with a Python exception.
 */

int pyexec_amend_semaphores(PyObject *module);
int pyexec_amend_sqlite(PyObject *module);
int pyexec_amend_psutil(PyObject *module);


#endif /* PYEXEC_AMEND_H */
