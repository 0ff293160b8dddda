/*
 * Where the text of a program lies, and how Python finds it: its code says
 * "main.py", wherever the program goes, and its __file__ is the whole path.
 */

#ifndef PYEXEC_SOURCE_H
#define PYEXEC_SOURCE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>


/*
 * Tells the __main__ that is there, its loader and sys.path the absolute path
 * of the directory that "main.py" is in: once in the zygote where all programs
 * have the same, else in each run.  Returns -1 with a Python exception.
 */
int pyexec_source_place(PyObject *directory);

/* At the end of a run: from here on no source line is found. */
void pyexec_source_hide(void);


#endif /* PYEXEC_SOURCE_H */
