/*
 * A zygote has a parent of its own between itself and the worker: the
 * reaper.  It outlives a zygote that is killed, to end what the runs of that
 * zygote started, and it gives the worker a child that always exits in
 * order, because nginx logs an alert for one that dies of a signal.
 */

#ifndef PYEXEC_REAPER_H
#define PYEXEC_REAPER_H


/*
 * Forks.  Returns 0 in the zygote, which dies with the reaper; the reaper
 * does not return.  Returns -1 with errno when the machine cannot fork.
 * "control", the descriptor of the control socket, stays open in the zygote
 * only, so that the worker sees its end.
 */
int pyexec_reaper_fork(int control);


#endif /* PYEXEC_REAPER_H */
