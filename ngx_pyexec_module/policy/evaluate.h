/*
 * What the expressions of a program come to.
 */

#ifndef PYEXEC_EVALUATE_H
#define PYEXEC_EVALUATE_H

#include "arguments.h"
#include "model.h"


/*
 * Gives every expression its value; the arguments' budget is for bindings,
 * too.  False where the values do not settle or the budget is not enough.
 */

bool pyexec_evaluate(pyexec_model_t *model, pyexec_arguments_t *arguments);


#endif /* PYEXEC_EVALUATE_H */
