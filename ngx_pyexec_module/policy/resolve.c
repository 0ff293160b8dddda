#include "resolve.h"

#include <string.h>

#include "evaluate.h"
#include "rules.h"
#include "sink.h"


/* Work that a byte of the program may cost, and that any program may. */
#define PYEXEC_RESOLVE_BASE  500000
#define PYEXEC_RESOLVE_BYTE  64


typedef struct {
    pyexec_model_t           *model;
    const pyexec_reporter_t  *reporter;
    pyexec_arguments_t        arguments;
} resolve_t;


/* What escapes as a whole escapes in each of its parts. */

static void
spread_escapes(pyexec_model_t *model)
{
    uint32_t        i, j;
    pyexec_expr_t  *expr;

    for (i = model->nexprs; i > 1; i--) {
        expr = &model->exprs[i - 1];

        if (!expr->escapes) {
            continue;
        }

        switch (expr->type) {

        case PYEXEC_EXPR_UNION:
            model->exprs[expr->b].escapes = true;

            /* fall through */

        case PYEXEC_EXPR_STAR:
            model->exprs[expr->a].escapes = true;
            break;

        case PYEXEC_EXPR_TUPLE:
            for (j = 0; j < expr->b; j++) {
                model->exprs[model->elements[expr->a + j]].escapes = true;
            }
        }
    }
}


/* A call of "functions", or of one that partial() makes of them. */

static void
check_functions(resolve_t *resolve, uint64_t functions,
    const pyexec_site_t *site, unsigned shift, uint32_t offset)
{
    unsigned                   i;
    TSNode                     node;
    pyexec_literal_t           mode;
    const pyexec_reporter_t   *reporter;
    const pyexec_operation_t  *operation;

    reporter = resolve->reporter;

    for (i = 0; i < pyexec_operations_count; i++) {

        if ((functions & (UINT64_C(1) << i)) == 0) {
            continue;
        }

        operation = &pyexec_operations[i];

        switch (operation->when) {

        case PYEXEC_WHEN_CALL:
            reporter->offence(reporter->data, operation, NULL, offset);
            break;

        case PYEXEC_WHEN_MODE:
            node = pyexec_argument(&resolve->arguments, site->node,
                                   operation->argument + shift, "mode");

            if (pyexec_argument_text(&resolve->arguments, node, &mode)
                && (!mode.exact
                    || strpbrk(mode.text, PYEXEC_RULES_WRITE_MODES))
                && !pyexec_sink(&resolve->arguments, site, shift))
            {
                reporter->offence(reporter->data, operation, mode.text,
                                  offset);
            }

            break;

        case PYEXEC_WHEN_SHELL:
            node = pyexec_argument(&resolve->arguments, site->node,
                                   operation->argument + shift, "shell");

            if (pyexec_argument_is_true(&resolve->arguments, node)) {
                reporter->offence(reporter->data, operation, NULL, offset);
            }
        }
    }
}


static void
check_call(resolve_t *resolve, const pyexec_expr_t *expr)
{
    size_t                    len;
    TSNode                    node;
    uint64_t                  functions;
    pyexec_literal_t          name;
    const pyexec_site_t      *site;
    const pyexec_reporter_t  *reporter;

    reporter = resolve->reporter;
    site = &resolve->model->sites[expr->b];
    functions = resolve->model->exprs[expr->a].value.functions;

    if (functions == 0) {
        return;
    }

    check_functions(resolve, functions, site, 0, expr->offset);

    if (functions & PYEXEC_FUNCTION_PARTIAL) {
        check_functions(resolve,
                    resolve->model->exprs[site->argument].value.functions,
                    site, 1, expr->offset);
    }

    if ((functions & (PYEXEC_FUNCTION_IMPORT | PYEXEC_FUNCTION_IMPORT_MODULE))
        == 0)
    {
        return;
    }

    node = pyexec_argument(&resolve->arguments, site->node, 0, "name");

    if (pyexec_argument_string(&resolve->arguments, node, &name)) {
        len = strcspn(name.text, ".");
        reporter->import(reporter->data, name.text, len ? len : name.len,
                       expr->offset);

    } else if (functions & PYEXEC_FUNCTION_IMPORT) {
        reporter->offence(reporter->data, NULL, NULL, expr->offset);
    }
}


/* A function that is always forbidden goes where it is not followed. */

static void
check_escape(resolve_t *resolve, const pyexec_expr_t *expr)
{
    unsigned                  i;
    const pyexec_reporter_t  *reporter;

    reporter = resolve->reporter;

    for (i = 0; i < pyexec_operations_count; i++) {
        if ((expr->value.functions & (UINT64_C(1) << i))
            && pyexec_operations[i].when == PYEXEC_WHEN_CALL)
        {
            reporter->offence(reporter->data, &pyexec_operations[i], NULL,
                            expr->offset);
        }
    }

    if (expr->value.functions & PYEXEC_FUNCTION_IMPORT) {
        reporter->offence(reporter->data, NULL, NULL, expr->offset);
    }
}


static void
check_expr(resolve_t *resolve, const pyexec_expr_t *expr)
{
    switch (expr->type) {

    case PYEXEC_EXPR_CALL:
        check_call(resolve, expr);

        /* fall through */

    case PYEXEC_EXPR_ATTRIBUTE:
    case PYEXEC_EXPR_NAME:
    case PYEXEC_EXPR_SUBSCRIPT:

        if (expr->escapes && expr->value.functions) {
            check_escape(resolve, expr);
        }
    }
}


bool
pyexec_resolve(pyexec_model_t *model, const pyexec_syntax_t *syntax,
    TSNode root, const pyexec_reporter_t *reporter)
{
    bool        settled;
    uint32_t    i;
    resolve_t   resolve;

    memset(&resolve, 0, sizeof(resolve));

    resolve.model = model;
    resolve.reporter = reporter;
    resolve.arguments.model = model;
    resolve.arguments.kinds = pyexec_syntax_kinds(syntax,
                                                  &resolve.arguments.nkinds);
    resolve.arguments.budget = PYEXEC_RESOLVE_BASE
                               + (int64_t) model->len * PYEXEC_RESOLVE_BYTE;
    resolve.arguments.cursor = ts_tree_cursor_new(root);

    spread_escapes(model);

    settled = pyexec_evaluate(model, &resolve.arguments);

    for (i = 1; settled && i < model->nexprs; i++) {
        check_expr(&resolve, &model->exprs[i]);
    }

    ts_tree_cursor_delete(&resolve.arguments.cursor);

    return settled && resolve.arguments.budget >= 0;
}
