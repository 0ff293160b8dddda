/*
 * What of a program is forbidden, by what its expressions come to.
 */

#ifndef PYEXEC_RESOLVE_H
#define PYEXEC_RESOLVE_H

#include "model.h"
#include "reporter.h"
#include "syntax.h"


/*
 * Tells the reporter of each import and each offence that is not in an import
 * statement.  "root" is the tree that the model was collected from.  False
 * where that takes more work than any honest program.
 */

bool pyexec_resolve(pyexec_model_t *model, const pyexec_syntax_t *syntax,
    TSNode root, const pyexec_reporter_t *reporter);


#endif /* PYEXEC_RESOLVE_H */
