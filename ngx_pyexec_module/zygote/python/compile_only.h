/*
 * A program that is compiled and not run: where the policy's parser finds an
 * error, CPython is asked whether it finds one, too.  If not, it writes the
 * program anew in words that the parser knows: see zygote/rewrite.py.
 */

#ifndef PYEXEC_COMPILE_ONLY_H
#define PYEXEC_COMPILE_ONLY_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>


/*
 * In the zygote, once: the source, bytes, of what writes programs anew, with a
 * function rewrite() from bytes to bytes or None.  A run that needs it compiles
 * it: compiled here, it would be in the memory of all.
 */
void pyexec_compile_only_prepare(PyObject *source);

/*
 * In a run: from here on it stops, by an exception, before the first line of
 * code.  Returns 0, or -1 with a Python exception.
 */
int pyexec_compile_only(void);

/*
 * Whether it came so far: the program has been compiled.  To be asked when it
 * has been tried: from here on code runs again.
 */
int pyexec_compile_only_done(void);

/*
 * Prints the reply for a program that has been compiled, UTF-8, and nothing
 * where there is none.  Imports for itself: not for where the guard has begun.
 */
void pyexec_compile_only_reply(const char *code, size_t len);


#endif /* PYEXEC_COMPILE_ONLY_H */
