/*
 * The loop of a zygote: takes messages from its worker, and hears of the ends
 * of its runs.
 */

#ifndef PYEXEC_SERVE_H
#define PYEXEC_SERVE_H

#include "python/main.h"


/*
 * Serves the control socket until its end, then kills every run.  Takes a
 * process in which pyexec_main_begin() was called.  Returns 0, or -1 with
 * errno and "*step" saying what failed.  One thread, one zygote per process.
 */
int pyexec_serve(int control, const pyexec_main_hooks_t *hooks,
    const char **step);


#endif /* PYEXEC_SERVE_H */
