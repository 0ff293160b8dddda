/*
 * What a node changes for what is inside of it: the scope, how certain it is
 * to run, and where its lines begin.
 */

#ifndef PYEXEC_SCOPE_H
#define PYEXEC_SCOPE_H

#include "walk.h"


/* What a new frame on top of "parent" changes. */

void pyexec_scope_open(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_frame_t *parent);

/* What a frame changes before its next child, a node of that kind. */

void pyexec_scope_before(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, TSNode node);


#endif /* PYEXEC_SCOPE_H */
