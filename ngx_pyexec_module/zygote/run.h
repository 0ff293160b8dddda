/*
 * The forked process of one run, from the fork to its exit.
 */

#ifndef PYEXEC_RUN_H
#define PYEXEC_RUN_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <signal.h>
#include <sys/types.h>

#include "../wire/wire.h"
#include "program.h"


/*
 * Called in the child with the descriptors of its PYEXEC_WIRE_SPAWN and the
 * process id of its zygote: takes the descriptors as 0, 1, 2 and closes all
 * others, waits for the program, runs it, exits.  "mask" is the signal mask
 * that the program starts with.
 */
void pyexec_run(int fds[PYEXEC_WIRE_NFDS], pid_t zygote, const sigset_t *mask,
    const pyexec_program_hooks_t *hooks) __attribute__((noreturn));


#endif /* PYEXEC_RUN_H */
