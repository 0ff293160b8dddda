/*
 * What the kernel keeps a run from doing, beside its limits: to write.
 */

#ifndef PYEXEC_CONFINE_H
#define PYEXEC_CONFINE_H


/*
 * In the zygote: makes the Landlock rules that runs inherit.  No file can be
 * opened for writing, made, linked, renamed or removed, the null device
 * excepted.  Returns -1 with errno where the kernel has no Landlock.
 */
int pyexec_confine_prepare(void);

/*
 * In a run: from here on the rules hold for it and all that it starts; a
 * no-op where they could not be made.  Needs no_new_privs.  Returns -1 with
 * errno.
 */
int pyexec_confine(void);


#endif /* PYEXEC_CONFINE_H */
