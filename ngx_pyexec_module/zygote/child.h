/*
 * The forked process of one run, from the fork to its exit.
 */

#ifndef PYEXEC_CHILD_H
#define PYEXEC_CHILD_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <signal.h>
#include <sys/types.h>

#include "../wire/wire.h"
#include "python/main.h"
#include "sandbox/note.h"


typedef struct {
    int                 *fds;       /* of its PYEXEC_WIRE_SPAWN */
    int                  script;    /* to write the program to, or -1 */
    pid_t                zygote;    /* its parent, or 0: it is in a nest */
    const sigset_t      *mask;      /* the signal mask of its program */
    const pyexec_note_t *note;
} pyexec_child_t;


/*
 * Called in the child: takes the descriptors as 0, 1, 2 and closes all
 * others, gives up what it may not have, waits for the program, runs it,
 * exits.
 */
void pyexec_child(const pyexec_child_t *child,
    const pyexec_main_hooks_t *hooks) __attribute__((noreturn));

/*
 * The same without descriptors and without a program, to see it work: the
 * last thing that it does is to leave the token in its note.
 */
void pyexec_child_probe(const pyexec_child_t *child, uint64_t token)
    __attribute__((noreturn));


#endif /* PYEXEC_CHILD_H */
