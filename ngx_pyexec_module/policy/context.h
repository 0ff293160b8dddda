/*
 * What the names in a node are for.
 */

#ifndef PYEXEC_CONTEXT_H
#define PYEXEC_CONTEXT_H

#include "walk.h"


/* What the names in the next child of a frame, of that kind, are for. */

pyexec_context_t pyexec_context(const pyexec_frame_t *frame,
    pyexec_kind_t kind);


#endif /* PYEXEC_CONTEXT_H */
