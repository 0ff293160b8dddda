#ifndef PYEXEC_CAPABILITIES_H
#define PYEXEC_CAPABILITIES_H


/*
 * Drops what a process may do in the namespaces that it made, for good: one
 * without capabilities gets none back.  Returns 0, or -1 with errno.
 */
int pyexec_capabilities_drop(void);


#endif /* PYEXEC_CAPABILITIES_H */
