/*
 * The pass over the syntax tree that fills a program.
 */

#ifndef PYEXEC_COLLECT_H
#define PYEXEC_COLLECT_H

#include "model.h"
#include "reporter.h"
#include "syntax.h"


typedef enum {
    PYEXEC_COLLECT_NO_MEMORY = 0,

    /* CPython cannot have read the same program in this text. */
    PYEXEC_COLLECT_DOUBTFUL,

    PYEXEC_COLLECT_OK
} pyexec_collect_status_t;


/*
 * Fills the model, and tells the reporter of the imports of import statements,
 * in the order of the source; the reporter's "offence" is not called.  Where
 * the program is doubtful, "*error" is the offset of the line.
 */

pyexec_collect_status_t pyexec_collect(pyexec_model_t *model,
    const pyexec_syntax_t *syntax, TSNode root,
    const pyexec_reporter_t *reporter, uint32_t *error);


#endif /* PYEXEC_COLLECT_H */
