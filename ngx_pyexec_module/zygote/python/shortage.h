/*
 * Whether a program ended because memory was refused to it: by what the
 * kernel and the allocators said when they were asked, not by the name of the
 * exception that came of it.
 */

#ifndef PYEXEC_SHORTAGE_H
#define PYEXEC_SHORTAGE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>


/*
 * Called once in the zygote: a refusal is remembered from here on.  "raising"
 * is the instruction of a raise statement.  Returns -1 with a Python
 * exception.
 */
int pyexec_shortage_prepare(int raising);

/* In a run, before its program: forgets what was refused to the zygote. */
void pyexec_shortage_begin(void);

/*
 * In a run, as the first thing after an exception that nothing has caught:
 * keeps errno for pyexec_shortage_is_reason(), and does not change it.
 */
void pyexec_shortage_look(void);

/*
 * With an exception set, which it keeps: whether it, its cause, or what was
 * being handled when it was raised, came of memory that was refused.  One
 * that a statement of Python raised did not.
 */
int pyexec_shortage_is_reason(void);


#endif /* PYEXEC_SHORTAGE_H */
