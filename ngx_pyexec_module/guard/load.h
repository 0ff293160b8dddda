/*
 * What the import system loads from the compiled files of libraries is known
 * as it is loaded: to find out later costs as much as loading it again.
 */

#ifndef PYEXEC_GUARD_LOAD_H
#define PYEXEC_GUARD_LOAD_H


/*
 * Puts a function in the place of the import system's own.  Returns -1 with a
 * Python exception.
 */
int pyexec_guard_load_install(void);


#endif /* PYEXEC_GUARD_LOAD_H */
