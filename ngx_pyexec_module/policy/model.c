#include "model.h"

#include <string.h>


/* Takes the next entry of a table, or returns 0 from the function. */

#define PYEXEC_MODEL_NEXT(model, table, entry, index)                         \
    do {                                                                      \
        void  *larger;                                                        \
                                                                              \
        if ((model)->n##table == (model)->table##_size) {                     \
            larger = pyexec_arena_grow(&(model)->arena, (model)->table,       \
                                       &(model)->table##_size,                \
                                       sizeof(*(model)->table));              \
            if (larger == NULL) {                                             \
                return 0;                                                     \
            }                                                                 \
                                                                              \
            (model)->table = larger;                                          \
        }                                                                     \
                                                                              \
        index = (model)->n##table++;                                          \
        entry = &(model)->table[index];                                       \
    } while (0)


bool
pyexec_model_init(pyexec_model_t *model, const char *code, uint32_t len)
{
    TSNode            none;
    pyexec_binding_t  binding;

    memset(model, 0, sizeof(pyexec_model_t));
    memset(&none, 0, sizeof(none));
    memset(&binding, 0, sizeof(binding));

    model->code = code;
    model->len = len;

    /* The first entries: "none" in each table, and the module's scope. */

    pyexec_names_init(&model->names, &model->arena, code);
    pyexec_model_scope(model, PYEXEC_SCOPE_MODULE, 0, 0);
    pyexec_model_expr(model, PYEXEC_EXPR_NONE, 0, 0, 0);
    pyexec_model_element(model, 0);
    pyexec_model_site(model, none);
    pyexec_model_bind(model, &binding);

    if (model->arena.failed) {
        return false;
    }

    model->names.list[0].first = 0;
    model->names.list[0].last = 0;

    return true;
}


void
pyexec_model_free(pyexec_model_t *model)
{
    pyexec_arena_free(&model->arena);
}


uint32_t
pyexec_model_scope(pyexec_model_t *model, pyexec_scope_type_t type,
    uint32_t parent, uint32_t start)
{
    uint32_t         index;
    pyexec_scope_t  *scope;

    PYEXEC_MODEL_NEXT(model, scopes, scope, index);

    scope->type = type;
    scope->parent = parent;
    scope->start = start;
    scope->class_name = index ? model->scopes[parent].class_name : 0;
    scope->declares = false;

    return index;
}


uint32_t
pyexec_model_bind(pyexec_model_t *model, const pyexec_binding_t *binding)
{
    uint32_t           index;
    pyexec_name_t     *name;
    pyexec_binding_t  *entry;

    PYEXEC_MODEL_NEXT(model, bindings, entry, index);

    *entry = *binding;
    entry->next = 0;

    name = &model->names.list[binding->name];

    if (name->first == 0) {
        name->first = index;

    } else {
        model->bindings[name->last].next = index;
    }

    name->last = index;
    name->tainted |= model->exprs[entry->expr].value.modules != 0;

    return index;
}


uint32_t
pyexec_model_expr(pyexec_model_t *model, pyexec_expr_type_t type,
    uint32_t a, uint32_t b, uint32_t offset)
{
    uint32_t        index;
    pyexec_expr_t  *expr;

    PYEXEC_MODEL_NEXT(model, exprs, expr, index);

    memset(expr, 0, sizeof(pyexec_expr_t));

    expr->type = (uint8_t) type;
    expr->a = a;
    expr->b = b;
    expr->offset = offset;

    if (type == PYEXEC_EXPR_MODULE) {
        expr->value.modules = 1u << a;
    }

    return index;
}


uint32_t
pyexec_model_element(pyexec_model_t *model, uint32_t expr)
{
    uint32_t   index;
    uint32_t  *element;

    PYEXEC_MODEL_NEXT(model, elements, element, index);

    *element = expr;

    return index;
}


uint32_t
pyexec_model_site(pyexec_model_t *model, TSNode node)
{
    uint32_t        index;
    pyexec_site_t  *site;

    PYEXEC_MODEL_NEXT(model, sites, site, index);

    site->node = node;
    site->argument = 0;

    return index;
}


uint32_t
pyexec_model_statement(pyexec_model_t *model, uint32_t start)
{
    uint32_t             index;
    pyexec_statement_t  *statement;

    PYEXEC_MODEL_NEXT(model, statements, statement, index);

    statement->start = start;
    statement->active = false;

    return index;
}
