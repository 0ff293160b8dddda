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
#include "python/program.h"
#include "report.h"


typedef struct {
    int                   *fds;     /* of its PYEXEC_WIRE_SPAWN */
    int                    script;  /* to write the program to, or -1 */
    pid_t                  zygote;  /* its parent, or 0: it is in a nest */
    const sigset_t        *mask;    /* the signal mask of its program */
    const pyexec_report_t *report;
} pyexec_run_t;


/*
 * Called in the child: takes the descriptors as 0, 1, 2 and closes all
 * others, gives up what it may not have, waits for the program, runs it,
 * exits.
 */
void pyexec_run(const pyexec_run_t *run, const pyexec_program_hooks_t *hooks)
    __attribute__((noreturn));

/* The same without descriptors and without a program, to see it work. */
void pyexec_run_probe(const pyexec_run_t *run) __attribute__((noreturn));


#endif /* PYEXEC_RUN_H */
