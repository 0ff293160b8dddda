/*
 * The blocks that the parser sees are those that CPython sees: every
 * statement of a block begins in the same column, and that column is right
 * of the block around it.  The parser alone does not make sure of it: it
 * counts a tab as eight columns wherever it stands, remembers columns in
 * eight bits, and does not mind a statement that is indented for no reason.
 */

#ifndef PYEXEC_INDENT_H
#define PYEXEC_INDENT_H

#include "walk.h"


/*
 * A statement, or a clause of one, begins at "offset".  The first statement of
 * a block says in which column its others have to begin.
 */

void pyexec_indent_check(pyexec_walk_t *walk, uint32_t offset, bool statement);

/* The next statement is the first of a block. */

void pyexec_indent_begin(pyexec_walk_t *walk);


#endif /* PYEXEC_INDENT_H */
