/*
 * A program that is compiled and not run: where the policy's parser finds an
 * error, CPython is asked whether it finds one, too.
 */

#ifndef PYEXEC_COMPILE_ONLY_H
#define PYEXEC_COMPILE_ONLY_H


/*
 * In a run: from here on it stops, by an exception, before the first line of
 * code.  Returns 0, or -1 with a Python exception.
 */
int pyexec_compile_only(void);

/* Whether it came so far: the program has been compiled. */
int pyexec_compile_only_done(void);


#endif /* PYEXEC_COMPILE_ONLY_H */
