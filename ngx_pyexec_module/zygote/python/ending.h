/*
 * The end of a program, as the interpreter would go through it.
 */

#ifndef PYEXEC_FINISH_H
#define PYEXEC_FINISH_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>


/*
 * Called once in the zygote: remembers what the modules hold, to know at the
 * end of a program what it has added to them.  Returns -1 with a Python
 * exception.
 */
int pyexec_finish_prepare(void);

/* What CPython does right after the last line; keeps an exception set. */
void pyexec_finish_flush(void);

/*
 * The part of Py_FinalizeEx() that a program can notice, in its order:
 * threads joined, exit functions called, streams flushed, garbage collected,
 * __main__ and its objects finalized.  Returns -1 when a stream could not be
 * flushed, else 0.
 *
 * The rest, tearing down every module of a large heap shared with the zygote,
 * would copy most of its pages only to give them back.
 */
int pyexec_finish(void);


#endif /* PYEXEC_FINISH_H */
