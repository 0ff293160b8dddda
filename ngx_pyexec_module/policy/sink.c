#include "sink.h"

#include <string.h>

#include "rules.h"


/* Of a name that is bound to a name, and so on. */
#define PYEXEC_SINK_STEPS  8

/* No literal of a path is shorter, with its quotes. */
#define PYEXEC_SINK_LITERAL  11


static bool is_sink(pyexec_arguments_t *arguments, uint32_t index,
    unsigned steps);


static bool
is_path(const pyexec_literal_t *literal)
{
    size_t  i;

#define PYEXEC_SINK_PATH(path)  path,

    static const char *const  paths[] = {
        PYEXEC_RULES_SINKS(PYEXEC_SINK_PATH)
    };

    for (i = 0; literal->exact && i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (strcmp(paths[i], literal->text) == 0) {
            return true;
        }
    }

    return false;
}


uint32_t
pyexec_sink_literal(pyexec_model_t *model, uint32_t start, uint32_t end)
{
    pyexec_literal_t  literal;

    if (end - start < PYEXEC_SINK_LITERAL || model->code[start + 1] != '/'
        || !pyexec_literal_string(model->code + start, end - start, &literal)
        || !is_path(&literal))
    {
        return 0;
    }

    return pyexec_model_expr(model, PYEXEC_EXPR_SINK, 0, 0, start);
}


/* Whatever binds the name binds it to one; a parameter may be anything. */

static bool
is_sink_name(pyexec_arguments_t *arguments, const pyexec_expr_t *expr,
    unsigned steps)
{
    uint32_t                 i;
    const pyexec_model_t    *model;
    const pyexec_binding_t  *binding;

    model = arguments->model;
    i = model->names.list[expr->a].first;

    /* It comes out of a module, by a star. */

    if (i == 0) {
        return (expr->value.functions & PYEXEC_FUNCTION_SINK) != 0;
    }

    for ( /* void */ ; i; i = binding->next) {
        binding = &model->bindings[i];

        if (binding->type == PYEXEC_BINDING_VALUE
            && (binding->anytime || !is_sink(arguments, binding->expr, steps)))
        {
            return false;
        }
    }

    return true;
}


static bool
is_sink_call(const pyexec_model_t *model, const pyexec_expr_t *expr)
{
    const pyexec_expr_t  *callee;
    const pyexec_name_t  *name;

    callee = &model->exprs[expr->a];

    if (callee->value.functions & PYEXEC_FUNCTION_DESCRIPTOR) {
        return true;
    }

    if (callee->type != PYEXEC_EXPR_ATTRIBUTE) {
        return false;
    }

    name = &model->names.list[callee->b];

    return name->len == 6 && memcmp(name->text, "fileno", 6) == 0;
}


static bool
is_sink(pyexec_arguments_t *arguments, uint32_t index, unsigned steps)
{
    const pyexec_expr_t  *expr;

    expr = &arguments->model->exprs[index];

    if (expr->perhaps || steps == 0 || --arguments->budget < 0) {
        return false;
    }

    switch (expr->type) {

    case PYEXEC_EXPR_SINK:
        return true;

    case PYEXEC_EXPR_ATTRIBUTE:
        return (expr->value.functions & PYEXEC_FUNCTION_SINK) != 0;

    case PYEXEC_EXPR_CALL:
        return is_sink_call(arguments->model, expr);

    case PYEXEC_EXPR_NAME:
        return is_sink_name(arguments, expr, steps - 1);

    case PYEXEC_EXPR_PART:
        return is_sink(arguments, expr->a, steps - 1);

    case PYEXEC_EXPR_UNION:
        return is_sink(arguments, expr->a, steps - 1)
               && is_sink(arguments, expr->b, steps - 1);

    default:
        return false;
    }
}


bool
pyexec_sink(pyexec_arguments_t *arguments, const pyexec_site_t *site,
    unsigned shift)
{
    size_t            i;
    TSNode            node;
    pyexec_literal_t  literal;

    /* As open(), codecs.open() and os.fdopen() call it. */

    static const char *const  keywords[] = { "file", "filename", "fd" };

    node = pyexec_argument(arguments, site->node, shift, NULL);

    if (!ts_node_is_null(node) && shift == 0
        && is_sink(arguments, site->argument, PYEXEC_SINK_STEPS))
    {
        return true;
    }

    for (i = 0; ts_node_is_null(node)
                && i < sizeof(keywords) / sizeof(keywords[0]); i++)
    {
        node = pyexec_argument(arguments, site->node, shift, keywords[i]);
    }

    return pyexec_argument_is_integer(arguments, node)
           || (pyexec_argument_string(arguments, node, &literal)
               && is_path(&literal));
}
