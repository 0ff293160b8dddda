/*
 * What may be opened to be written because no file is behind it: the paths of
 * PYEXEC_RULES_SINKS, os.devnull, and descriptors that the program holds.
 */

#ifndef PYEXEC_SINK_H
#define PYEXEC_SINK_H

#include "arguments.h"
#include "model.h"


/*
 * The expression for a string literal, not a formatted one, at [start, end) of
 * the code; 0 where it is no path of those, or memory is short.
 */

uint32_t pyexec_sink_literal(pyexec_model_t *model, uint32_t start,
    uint32_t end);

/*
 * Whether what the call at "site" opens is one for certain.  "shift" is the
 * position of the argument that says what to open.  Every expression has its
 * value.
 */

bool pyexec_sink(pyexec_arguments_t *arguments, const pyexec_site_t *site,
    unsigned shift);


#endif /* PYEXEC_SINK_H */
