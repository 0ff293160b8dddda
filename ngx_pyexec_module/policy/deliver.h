/*
 * What a node does with the values of its children.
 */

#ifndef PYEXEC_DELIVER_H
#define PYEXEC_DELIVER_H

#include "walk.h"


/*
 * Gives a complete child, of that kind and with that value or none, to the
 * frame around it, which is on top of the stack.
 */

void pyexec_deliver(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, uint32_t expr);


#endif /* PYEXEC_DELIVER_H */
