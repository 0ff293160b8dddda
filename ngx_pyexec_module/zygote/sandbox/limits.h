/*
 * What the kernel lets one run have: memory, processes, files, time.
 */

#ifndef PYEXEC_LIMITS_H
#define PYEXEC_LIMITS_H

#include <stdint.h>


/*
 * In the zygote, when all is imported: measures the memory that every run
 * has from the start and that its limit comes on top of.  Returns 0, or -1
 * with errno.
 */
int pyexec_limits_prepare(void);

/* In a run.  Returns 0, or -1 with errno and the name of the limit. */
int pyexec_limits_enter(const char **step);

/*
 * In a run whose program is in its file: no more is written to files than
 * its scratch space holds, and each of its processes has "seconds" of
 * processor time.  Returns as above.
 */
int pyexec_limits_start(uint64_t seconds, const char **step);

/*
 * In a run: whether the limits of its memory are still those of the location,
 * and no lower ones that the program has given itself.
 */
int pyexec_limits_kept(void);


#endif /* PYEXEC_LIMITS_H */
