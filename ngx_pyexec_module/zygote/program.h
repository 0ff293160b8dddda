/*
 * A Python program as the interpreter sees it: run in a fresh __main__ as
 * "python3 main.py" would run it, up to the exit status.
 */

#ifndef PYEXEC_PROGRAM_H
#define PYEXEC_PROGRAM_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdint.h>


/* An exit status no program has: SIGINT must end the process. */
#define PYEXEC_PROGRAM_INTERRUPTED  (-1)


typedef struct {
    const char *code;           /* UTF-8 */
    size_t      code_len;
    const char *args;           /* nargs NUL-terminated strings, UTF-8 */
    size_t      nargs;
    int         compile_only;
    int         out_of_memory;  /* set when an uncaught MemoryError ends it */
} pyexec_program_t;


/* What is simpler to say in Python: callables of zygote.py. */
typedef struct {
    PyObject   *reseed;         /* () -> None; may be None */
    PyObject   *enter;          /* (args) -> None */
} pyexec_program_hooks_t;


/*
 * What can be done before the program is known.  Returns -1 with a Python
 * exception set.
 */
int pyexec_program_prepare(const pyexec_program_hooks_t *hooks);

/*
 * Runs the program to its very end: threads joined, exit functions called,
 * objects of __main__ finalized, streams flushed.  Returns the exit status,
 * 0 to 255, or PYEXEC_PROGRAM_INTERRUPTED.
 */
int pyexec_program_run(const pyexec_program_hooks_t *hooks,
    pyexec_program_t *program);


#endif /* PYEXEC_PROGRAM_H */
