/*
 * The global generator of numpy.random, which would give every run the same
 * numbers: its own reseeding costs as much as ten short programs.
 */

#ifndef PYEXEC_RESEED_H
#define PYEXEC_RESEED_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>


/*
 * In the zygote: takes the capsule of an MT19937 and what its state is said
 * to be, "key" and "pos".  Returns 1 when that is what its memory holds, so
 * that it can be set there, or 0.
 */
int pyexec_reseed_prepare(PyObject *capsule, const char *key, Py_ssize_t len,
    int pos);

/* In a run: another state, from the kernel.  A no-op without a generator. */
void pyexec_reseed(void);


#endif /* PYEXEC_RESEED_H */
