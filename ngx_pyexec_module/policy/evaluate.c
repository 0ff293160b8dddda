#include "evaluate.h"

#include <string.h>

#include "lookup.h"


/* Passes over the expressions; each follows aliases one step backwards. */
#define PYEXEC_EVALUATE_PASSES  16


static pyexec_value_t
no_value(void)
{
    pyexec_value_t  value;

    memset(&value, 0, sizeof(value));

    return value;
}


/* What __import__() returns is the root; import_module() the leaf. */

static pyexec_value_t
module_value(const pyexec_literal_t *name, bool leaf)
{
    size_t           len;
    pyexec_value_t   value;
    pyexec_module_t  module;

    len = strcspn(name->text, ".");
    module = leaf && len < name->len ? PYEXEC_MODULE_OTHER
                                     : pyexec_values_module(name->text, len);

    value = no_value();
    value.modules = 1u << module;

    return value;
}


/* Whether an expression is globals(), locals() or vars(). */

static bool
is_globals(const pyexec_model_t *model, const pyexec_expr_t *expr)
{
    uint64_t  functions;

    if (expr->type != PYEXEC_EXPR_CALL) {
        return false;
    }

    functions = model->exprs[expr->a].value.functions;

    return (functions & PYEXEC_FUNCTION_GLOBALS)
           || ((functions & PYEXEC_FUNCTION_VARS)
               && model->sites[expr->b].argument == 0);
}


static bool
is_dict(const pyexec_model_t *model, const pyexec_expr_t *expr)
{
    return expr->value.dicts
           || (expr->value.functions & PYEXEC_FUNCTION_SYS_MODULES)
           || is_globals(model, expr);
}


/* The item of a dictionary, under a key that a node may say. */

static pyexec_value_t
item_value(pyexec_model_t *model, pyexec_arguments_t *arguments,
    const pyexec_expr_t *dict, TSNode key)
{
    uint32_t           name;
    pyexec_literal_t   text;

    if (!pyexec_argument_string(arguments, key, &text)) {
        return no_value();
    }

    if (!is_globals(model, dict)) {
        return pyexec_values_item(dict->value, text.text, text.len);
    }

    name = pyexec_names_find(&model->names, text.text, text.len);

    if (name) {
        return pyexec_lookup_global(model, name, &arguments->budget);
    }

    if (strcmp(text.text, "__builtins__") == 0) {
        return pyexec_values_builtin(text.text, text.len);
    }

    return no_value();
}


static bool
is_getter(const pyexec_name_t *name)
{
    size_t  i;

    static const char *const  getters[] = {
        "__getitem__", "get", "pop", "setdefault"
    };

    for (i = 0; i < sizeof(getters) / sizeof(getters[0]); i++) {
        if (strlen(getters[i]) == name->len
            && memcmp(getters[i], name->text, name->len) == 0)
        {
            return true;
        }
    }

    return false;
}


static pyexec_value_t
call_value(pyexec_model_t *model, pyexec_arguments_t *arguments,
    const pyexec_expr_t *expr)
{
    TSNode                node;
    uint64_t              functions;
    pyexec_value_t        value, argument;
    pyexec_literal_t      text;
    const pyexec_expr_t  *callee;

    callee = &model->exprs[expr->a];
    node = model->sites[expr->b].node;

    if (callee->type == PYEXEC_EXPR_ATTRIBUTE
        && is_dict(model, &model->exprs[callee->a])
        && is_getter(&model->names.list[callee->b]))
    {
        return item_value(model, arguments, &model->exprs[callee->a],
                          pyexec_argument(arguments, node, 0, NULL));
    }

    value = no_value();
    argument = model->exprs[model->sites[expr->b].argument].value;
    functions = callee->value.functions;

    if (functions & PYEXEC_FUNCTION_VARS) {
        value.dicts |= argument.modules;
    }

    if ((functions & PYEXEC_FUNCTION_GETATTR)
        && !pyexec_value_is_none(argument)
        && pyexec_argument_string(arguments,
                                  pyexec_argument(arguments, node, 1, NULL),
                                  &text))
    {
        value = pyexec_value_union(value,
                     pyexec_values_attribute(argument, text.text, text.len));
    }

    if ((functions & (PYEXEC_FUNCTION_IMPORT | PYEXEC_FUNCTION_IMPORT_MODULE))
        && pyexec_argument_string(arguments,
                                  pyexec_argument(arguments, node, 0, "name"),
                                  &text))
    {
        value = pyexec_value_union(value, module_value(&text,
                                 functions & PYEXEC_FUNCTION_IMPORT_MODULE));
    }

    return value;
}


static pyexec_value_t
evaluate(pyexec_model_t *model, pyexec_arguments_t *arguments,
    const pyexec_expr_t *expr)
{
    const pyexec_name_t  *name;

    switch (expr->type) {

    case PYEXEC_EXPR_NAME:
        name = &model->names.list[expr->a];

        if (!name->tainted && !name->builtin && !model->stars) {
            return no_value();
        }

        return pyexec_lookup(model, expr->a, expr->b, expr->offset,
                             &arguments->budget);

    case PYEXEC_EXPR_ATTRIBUTE:

        if (pyexec_value_is_none(model->exprs[expr->a].value)) {
            return no_value();
        }

        name = &model->names.list[expr->b];

        return pyexec_values_attribute(model->exprs[expr->a].value,
                                       name->text, name->len);

    case PYEXEC_EXPR_CALL:
        return call_value(model, arguments, expr);

    case PYEXEC_EXPR_SUBSCRIPT:

        if (!is_dict(model, &model->exprs[expr->a])) {
            return no_value();
        }

        return item_value(model, arguments, &model->exprs[expr->a],
                          pyexec_argument_key(arguments,
                                              model->sites[expr->b].node));

    case PYEXEC_EXPR_UNION:
        return pyexec_value_union(model->exprs[expr->a].value,
                                  model->exprs[expr->b].value);

    default:
        return expr->value;
    }
}


/* One pass; true where it changed what the next one can find. */

static bool
pass(pyexec_model_t *model, pyexec_arguments_t *arguments)
{
    bool                     changed;
    uint32_t                 i;
    pyexec_value_t           value;
    const pyexec_binding_t  *binding;

    changed = false;

    for (i = 1; i < model->nexprs && arguments->budget >= 0; i++) {
        value = evaluate(model, arguments, &model->exprs[i]);

        if (memcmp(&value, &model->exprs[i].value, sizeof(value)) != 0) {
            model->exprs[i].value = value;
            changed = true;
        }
    }

    for (i = 1; changed && i < model->nbindings; i++) {
        binding = &model->bindings[i];

        if (!pyexec_value_is_none(model->exprs[binding->expr].value)) {
            model->names.list[binding->name].tainted = true;
        }
    }

    return changed;
}


bool
pyexec_evaluate(pyexec_model_t *model, pyexec_arguments_t *arguments)
{
    unsigned  passes;

    for (passes = 0; passes < PYEXEC_EVALUATE_PASSES; passes++) {

        if (!pass(model, arguments)) {
            return arguments->budget >= 0;
        }

        if (arguments->budget < 0) {
            return false;
        }
    }

    return false;
}
