/*
 * __main__: a program as the interpreter runs it, as "python3 main.py" would,
 * up to the exit status.
 */

#ifndef PYEXEC_MAIN_H
#define PYEXEC_MAIN_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdint.h>

#include "ending.h"


typedef struct {
    const char *directory;      /* that it lies in; NULL: the zygote's */
    const char *code;           /* UTF-8 */
    size_t      code_len;
    const char *args;           /* nargs NUL-terminated strings, UTF-8 */
    size_t      nargs;
    int         compile_only;
    int         out_of_memory;  /* set when that is what ended it */
} pyexec_main_t;


/* What is simpler to say in Python: objects of zygote.py. */
typedef struct {
    PyObject   *reseed;         /* a tuple of () -> object */
    PyObject   *main_thread;    /* of threading, or None */

    /*
     * What CPython does about a fork is not needed: this process has one
     * thread, and "reseed" does what its modules' own functions would.
     */
    int         plain_fork;
} pyexec_main_hooks_t;


/*
 * In the zygote, once: the thread state of the programs to come.  Returns 0,
 * or -1 with a Python exception set.  After it, the caller must not return to
 * the Python code that called it.
 */
int pyexec_main_begin(void);

/*
 * In a run: what can be done before the program is known.  Returns 0, or -1
 * with a Python exception set.
 */
int pyexec_main_prepare(const pyexec_main_hooks_t *hooks);

/*
 * Runs the program to its very end: threads joined, exit functions called,
 * objects of __main__ finalized, streams flushed.  Returns the exit status,
 * 0 to 255, or PYEXEC_ENDING_INTERRUPTED.
 */
int pyexec_main_run(pyexec_main_t *program);


#endif /* PYEXEC_MAIN_H */
