/*
 * One parse by tree-sitter that ends when it has cost enough, or when the
 * wrapper of the scanner says so.  Works with libtree-sitter 0.20 to 0.26: up
 * to 0.24 a parse is stopped by a flag and a time, from 0.25 on by a callback.
 */

#ifndef PYEXEC_PARSE_H
#define PYEXEC_PARSE_H

#include <stdint.h>

#include <tree_sitter/api.h>

#include "scanner.h"


/* What a parse may cost, in nanoseconds. */

typedef struct {
    int64_t  slice;     /* wall time between two looks at the CPU's clock */
    int64_t  time;      /* CPU time, which begins with the second slice */
} pyexec_parse_limits_t;


/* Where the code is at an offset, as TSInput has it; "payload" the input. */

typedef const char *(*pyexec_parse_read_pt)(void *payload, uint32_t byte,
    TSPoint point, uint32_t *length);


/*
 * The tree, the caller's to delete; it may have errors.  NULL when the parse
 * was ended: by input->stop, or by the limits where that is not set.
 */

TSTree *pyexec_parse(const TSLanguage *language, pyexec_scanner_input_t *input,
    pyexec_parse_read_pt read, const pyexec_parse_limits_t *limits);


#endif /* PYEXEC_PARSE_H */
