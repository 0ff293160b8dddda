/*
 * The pages that every program changes or reads, had at once.
 *
 * A forked process shares its memory with the zygote; each page that it
 * changes is copied in a fault of its own, and that costs more than the rest
 * of a short program.  Scouts show which pages those are; every later run
 * asks for all of them in a few calls.  Nothing of the scouts' program is in
 * them.
 */

#ifndef PYEXEC_WARM_H
#define PYEXEC_WARM_H

#include "scout.h"


/*
 * In the zygote, when it is about to serve: sends scouts and keeps what they
 * have found.  Where it comes to nothing, runs are slower and nothing else.
 */
void pyexec_warm_learn(const pyexec_errand_t *errand);

/* In a run, first of all. */
void pyexec_warm(void);


#endif /* PYEXEC_WARM_H */
