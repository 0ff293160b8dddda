/*
 * The pass over the syntax tree that fills a program.
 */

#ifndef PYEXEC_COLLECT_H
#define PYEXEC_COLLECT_H

#include "program.h"
#include "syntax.h"


typedef enum {
    PYEXEC_COLLECT_OK,

    /* CPython cannot have read the same program in this text. */
    PYEXEC_COLLECT_DOUBTFUL,

    PYEXEC_COLLECT_NO_MEMORY
} pyexec_collect_status_t;


/* "*error" is where the doubtful line is. */

pyexec_collect_status_t pyexec_collect(pyexec_program_t *program,
    const pyexec_syntax_t *syntax, TSNode root,
    pyexec_import_pt import, void *data, uint32_t *error);


#endif /* PYEXEC_COLLECT_H */
