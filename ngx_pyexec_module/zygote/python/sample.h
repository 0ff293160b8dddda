/*
 * The errand of a scout: a short program that does what every program does.
 */

#ifndef PYEXEC_SAMPLE_H
#define PYEXEC_SAMPLE_H

#include "../memory/scout.h"
#include "main.h"


/* The hooks must outlive the errand. */
pyexec_errand_t pyexec_sample(const pyexec_main_hooks_t *hooks);


#endif /* PYEXEC_SAMPLE_H */
