/*
 * tree-sitter, on terms that a server can accept: bounded work on any bytes,
 * and none at all on a program with an error.
 */

#ifndef PYEXEC_SYNTAX_H
#define PYEXEC_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tree_sitter/api.h>

#include "kinds.h"


typedef struct pyexec_syntax_s  pyexec_syntax_t;


/*
 * What every check shares: the grammar, and the kind of each symbol.  NULL when
 * memory is short.  Of a grammar that the scanner's wrapper is not for nothing
 * is parsed.
 */

pyexec_syntax_t *pyexec_syntax_create(void);
void pyexec_syntax_free(pyexec_syntax_t *syntax);

/* One byte for each symbol that ts_node_symbol() returns, but for ERROR. */

const uint8_t *pyexec_syntax_kinds(const pyexec_syntax_t *syntax,
    uint32_t *count);

/* The grammar with the wrapper of its scanner, valid as long as "syntax". */

const TSLanguage *pyexec_syntax_language(const pyexec_syntax_t *syntax);

/*
 * The tree of a program without an error.  NULL for any other program, and
 * for one that would cost too much; "*error" is the offset of the line that
 * the parser gave up on.
 */

TSTree *pyexec_syntax_parse(const pyexec_syntax_t *syntax, const char *code,
    size_t len, uint32_t *error);


#endif /* PYEXEC_SYNTAX_H */
