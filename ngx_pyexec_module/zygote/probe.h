/*
 * What "nginx -t" tries of a run: all but its program.
 */

#ifndef PYEXEC_PROBE_H
#define PYEXEC_PROBE_H


/*
 * Forks a run without a program, to see whether this machine gives it all
 * that isolates it.  It does so only where that run says at its very end that
 * it came there.  Returns 0, or -1 with errno and "*step", which stays valid.
 */
int pyexec_probe(const char **step);


#endif /* PYEXEC_PROBE_H */
