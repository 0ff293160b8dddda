/*
 * The loop of a zygote: takes messages from its worker, forks runs, waits
 * for them and tells how they ended.
 */

#ifndef PYEXEC_SERVE_H
#define PYEXEC_SERVE_H

#include "python/program.h"


/*
 * Serves the control socket until its end, then kills every run.  Takes a
 * process in which pyexec_program_begin() was called.  Returns 0, or -1 with errno and "*step" saying what failed.  One thread, one
 * zygote per process.
 */
int pyexec_serve(int control, const pyexec_program_hooks_t *hooks,
    const char **step);

/*
 * Forks a run without a program, to see whether this machine gives it all
 * that isolates it.  Returns 0, or -1 with errno and "*step".
 */
int pyexec_serve_probe(const char **step);


#endif /* PYEXEC_SERVE_H */
