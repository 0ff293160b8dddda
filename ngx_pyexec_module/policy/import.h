/*
 * The nodes of import statements.
 */

#ifndef PYEXEC_IMPORT_H
#define PYEXEC_IMPORT_H

#include "walk.h"


/*
 * Binds what an import binds and tells the reporter of it.  "frame" is that of
 * a dotted name, an alias, a relative import or a star, whose children are
 * complete; it is still on top of the stack.
 */

void pyexec_import(pyexec_walk_t *walk, pyexec_frame_t *frame);


#endif /* PYEXEC_IMPORT_H */
