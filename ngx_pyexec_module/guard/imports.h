/*
 * The functions that import, and the guards in their place.
 */

#ifndef PYEXEC_GUARD_IMPORTS_H
#define PYEXEC_GUARD_IMPORTS_H


/*
 * Puts a guard in place of each function that imports.  They do nothing until
 * pyexec_guard_imports_begin().  Returns -1 with a Python exception.
 */
int pyexec_guard_imports_install(void);
void pyexec_guard_imports_begin(void);


#endif /* PYEXEC_GUARD_IMPORTS_H */
