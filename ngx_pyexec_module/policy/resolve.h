/*
 * What the expressions of a program come to, and what of it is forbidden.
 */

#ifndef PYEXEC_RESOLVE_H
#define PYEXEC_RESOLVE_H

#include "arguments.h"
#include "program.h"
#include "syntax.h"


/*
 * The program uses a forbidden operation; NULL stands for __import__ with a
 * computed name.  "mode" is that of an operation on modes, else NULL.
 */

typedef void (*pyexec_offence_pt)(void *data,
    const pyexec_operation_t *operation, const char *mode, uint32_t offset);


typedef struct {
    pyexec_import_pt    import;
    pyexec_offence_pt   offence;
    void               *data;
} pyexec_report_t;


/* False where that takes more work than any honest program. */

bool pyexec_resolve(pyexec_program_t *program, const pyexec_syntax_t *syntax,
    TSNode root, const pyexec_report_t *report);


/* evaluate.c */

/*
 * Gives every expression its value; the arguments' budget is for bindings,
 * too.  False where the values do not settle or the budget is not enough.
 */

bool pyexec_evaluate(pyexec_program_t *program, pyexec_arguments_t *arguments);


/* lookup.c */

/*
 * The value of a name at "offset" in a scope.  Every binding that is looked
 * at takes one from "*budget".
 */

pyexec_value_t pyexec_lookup(pyexec_program_t *program, uint32_t name,
    uint32_t scope, uint32_t offset, int64_t *budget);

/* The value of a name that is looked up in the module, from anywhere. */

pyexec_value_t pyexec_lookup_global(pyexec_program_t *program, uint32_t name,
    int64_t *budget);


#endif /* PYEXEC_RESOLVE_H */
