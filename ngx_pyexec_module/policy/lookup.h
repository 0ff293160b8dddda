/*
 * A name has the values that its bindings in the scope can leave it with
 * where it is used.  A later binding takes the place of an earlier one where
 * it is certain to have run, in the order of the source.  A function may be
 * called whenever its name is bound: for what it uses of the scopes around
 * it, all that is bound there later counts too.
 */

#ifndef PYEXEC_LOOKUP_H
#define PYEXEC_LOOKUP_H

#include "model.h"


/*
 * The value of a name at "offset" in a scope.  Every binding that is looked
 * at takes one from "*budget".
 */

pyexec_value_t pyexec_lookup(pyexec_model_t *model, uint32_t name,
    uint32_t scope, uint32_t offset, int64_t *budget);

/* The value of a name that is looked up in the module, from anywhere. */

pyexec_value_t pyexec_lookup_global(pyexec_model_t *model, uint32_t name,
    int64_t *budget);


#endif /* PYEXEC_LOOKUP_H */
