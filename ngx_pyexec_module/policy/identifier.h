/*
 * What an identifier does where it stands.
 */

#ifndef PYEXEC_IDENTIFIER_H
#define PYEXEC_IDENTIFIER_H

#include "walk.h"


/*
 * Puts the identifier "node", a child of "parent", to its use.  Returns an
 * expression if it is one, else 0.
 */

uint32_t pyexec_identifier(pyexec_walk_t *walk, pyexec_frame_t *parent,
    TSNode node);


#endif /* PYEXEC_IDENTIFIER_H */
