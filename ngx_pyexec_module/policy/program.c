#include "program.h"

#include <string.h>

#include "names.h"


/* Takes the next entry of a table, or returns 0 from the function. */

#define PYEXEC_PROGRAM_NEXT(program, table, entry, index)                     \
    do {                                                                      \
        void  *larger;                                                        \
                                                                              \
        if ((program)->n##table == (program)->table##_size) {                 \
            larger = pyexec_arena_grow(&(program)->arena, (program)->table,   \
                                       &(program)->table##_size,              \
                                       sizeof(*(program)->table));            \
            if (larger == NULL) {                                             \
                return 0;                                                     \
            }                                                                 \
                                                                              \
            (program)->table = larger;                                        \
        }                                                                     \
                                                                              \
        index = (program)->n##table++;                                        \
        entry = &(program)->table[index];                                     \
    } while (0)


bool
pyexec_program_init(pyexec_program_t *program, const char *code, uint32_t len)
{
    TSNode            none;
    pyexec_binding_t  binding;

    memset(program, 0, sizeof(pyexec_program_t));
    memset(&none, 0, sizeof(none));
    memset(&binding, 0, sizeof(binding));

    program->code = code;
    program->len = len;

    /* The first entries: "none" in each table, and the module's scope. */

    pyexec_names_init(program);
    pyexec_program_scope(program, PYEXEC_SCOPE_MODULE, 0, 0);
    pyexec_program_expr(program, PYEXEC_EXPR_NONE, 0, 0, 0);
    pyexec_program_element(program, 0);
    pyexec_program_site(program, none);
    pyexec_program_bind(program, &binding);

    if (program->arena.failed) {
        return false;
    }

    program->names[0].first = 0;
    program->names[0].last = 0;

    return true;
}


void
pyexec_program_free(pyexec_program_t *program)
{
    pyexec_arena_free(&program->arena);
}


uint32_t
pyexec_program_scope(pyexec_program_t *program, pyexec_scope_type_t type,
    uint32_t parent, uint32_t start)
{
    uint32_t         index;
    pyexec_scope_t  *scope;

    PYEXEC_PROGRAM_NEXT(program, scopes, scope, index);

    scope->type = type;
    scope->parent = parent;
    scope->start = start;
    scope->class_name = index ? program->scopes[parent].class_name : 0;
    scope->declares = false;

    return index;
}


uint32_t
pyexec_program_bind(pyexec_program_t *program, const pyexec_binding_t *binding)
{
    uint32_t           index;
    pyexec_name_t     *name;
    pyexec_binding_t  *entry;

    PYEXEC_PROGRAM_NEXT(program, bindings, entry, index);

    *entry = *binding;
    entry->next = 0;

    name = &program->names[binding->name];

    if (name->first == 0) {
        name->first = index;

    } else {
        program->bindings[name->last].next = index;
    }

    name->last = index;
    name->tainted |= program->exprs[entry->expr].value.modules != 0;

    return index;
}


uint32_t
pyexec_program_expr(pyexec_program_t *program, pyexec_expr_type_t type,
    uint32_t a, uint32_t b, uint32_t offset)
{
    uint32_t        index;
    pyexec_expr_t  *expr;

    PYEXEC_PROGRAM_NEXT(program, exprs, expr, index);

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
pyexec_program_element(pyexec_program_t *program, uint32_t expr)
{
    uint32_t   index;
    uint32_t  *element;

    PYEXEC_PROGRAM_NEXT(program, elements, element, index);

    *element = expr;

    return index;
}


uint32_t
pyexec_program_site(pyexec_program_t *program, TSNode node)
{
    uint32_t        index;
    pyexec_site_t  *site;

    PYEXEC_PROGRAM_NEXT(program, sites, site, index);

    site->node = node;
    site->argument = 0;

    return index;
}


uint32_t
pyexec_program_statement(pyexec_program_t *program, uint32_t start)
{
    uint32_t             index;
    pyexec_statement_t  *statement;

    PYEXEC_PROGRAM_NEXT(program, statements, statement, index);

    statement->start = start;
    statement->active = false;

    return index;
}
