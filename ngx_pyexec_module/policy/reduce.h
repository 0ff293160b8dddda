/*
 * What a node comes to when its children are complete.
 */

#ifndef PYEXEC_REDUCE_H
#define PYEXEC_REDUCE_H

#include "walk.h"


/*
 * Binds what the node of the frame on top of the stack binds, and returns the
 * expression that it stands for, or 0.
 */

uint32_t pyexec_reduce(pyexec_walk_t *walk, pyexec_frame_t *frame);


#endif /* PYEXEC_REDUCE_H */
