/*
 * Where subprocess starts a process: what a program may keep from the audit
 * hook by giving subprocess another "sys" is seen here.
 */

#ifndef PYEXEC_GUARD_EXEC_H
#define PYEXEC_GUARD_EXEC_H


/*
 * Puts a function in the place of the one in C that subprocess calls; it
 * refuses nothing until pyexec_guard_exec_begin().  Returns -1 with a Python
 * exception.
 */
int pyexec_guard_exec_install(void);
void pyexec_guard_exec_begin(void);


#endif /* PYEXEC_GUARD_EXEC_H */
