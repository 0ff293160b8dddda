/*
 * A fork as CPython wants it: the only place that tells the interpreter.
 */

#ifndef PYEXEC_FORK_H
#define PYEXEC_FORK_H

#include <sys/types.h>


/*
 * Calls "fork" with "data", which returns as fork() does, and returns what it
 * returns, with its errno.  Where the fork is "plain", CPython's own work
 * before and after it is left out: it is not needed in a process with one
 * thread whose modules have registered no function for it.
 */
pid_t pyexec_fork(int plain, pid_t (*fork)(void *data), void *data);


#endif /* PYEXEC_FORK_H */
