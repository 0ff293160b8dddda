#include "reduce.h"

#include "bind.h"
#include "import.h"


typedef uint32_t (*reduce_pt)(pyexec_walk_t *walk, pyexec_frame_t *frame);


static uint32_t
reduce_expr(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    (void) walk;

    return frame->expr;
}


/* A sequence of targets, or of the values for one. */

static uint32_t
reduce_sequence(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    uint32_t         i, count, first;
    pyexec_model_t  *model;

    if (!pyexec_walk_is_unpacked(frame)) {
        return 0;
    }

    model = walk->model;
    count = walk->npending - frame->mark;
    walk->npending = frame->mark;

    /* (a) = b is no more than a = b. */

    if (frame->kind == PYEXEC_KIND_TUPLE_PATTERN && count == 1
        && !frame->separated)
    {
        return walk->pending[frame->mark];
    }

    first = model->nelements;

    for (i = 0; i < count; i++) {
        pyexec_model_element(model, walk->pending[frame->mark + i]);
    }

    return pyexec_model_expr(model, PYEXEC_EXPR_TUPLE, first, count,
                             frame->start);
}


static uint32_t
reduce_assignment(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    pyexec_scope_t  *scope;

    if (frame->later) {
        pyexec_bind_target(walk, frame->expr, frame->value, frame->end);

        return frame[-1].kind == PYEXEC_KIND_ASSIGNMENT ? frame->value : 0;
    }

    /* An annotation alone binds nothing, but it makes a name local. */

    scope = &walk->model->scopes[walk->scope];

    if (scope->type != PYEXEC_SCOPE_MODULE
        && scope->type != PYEXEC_SCOPE_CLASS)
    {
        pyexec_bind_target(walk, frame->expr, 0, frame->end);
    }

    return 0;
}


static uint32_t
reduce_access(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    uint32_t         site;
    pyexec_model_t  *model;

    model = walk->model;

    switch (frame->context) {

    case PYEXEC_CONTEXT_STORE:
        return pyexec_model_expr(model, PYEXEC_EXPR_STORE, 0, 0,
                                 frame->start);

    case PYEXEC_CONTEXT_DELETE:
        return 0;
    }

    if (frame->expr == 0) {
        return 0;
    }

    if (frame->kind == PYEXEC_KIND_ATTRIBUTE) {
        return pyexec_model_expr(model, PYEXEC_EXPR_ATTRIBUTE,
                                 frame->expr, frame->name, frame->start);
    }

    site = pyexec_model_site(model, frame->node);
    model->sites[site].argument = frame->value;

    return pyexec_model_expr(model, frame->kind == PYEXEC_KIND_CALL
                                        ? PYEXEC_EXPR_CALL
                                        : PYEXEC_EXPR_SUBSCRIPT,
                             frame->expr, site, frame->start);
}


static uint32_t
reduce_star(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    if (!pyexec_walk_is_unpacked(frame)) {
        return 0;
    }

    return pyexec_model_expr(walk->model, PYEXEC_EXPR_STAR, frame->expr, 0,
                             frame->start);
}


static uint32_t
reduce_walrus(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    /* In a formatted string a colon and what follows are its format. */

    if (frame[-1].kind == PYEXEC_KIND_INTERPOLATION
        || frame[-1].kind == PYEXEC_KIND_FORMAT_EXPRESSION)
    {
        return 0;
    }

    pyexec_bind_walrus(walk, frame->name, frame->value, frame->end);

    return frame->value;
}


/* The name of "except E as name" is deleted where the clause ends. */

static void
reduce_except_target(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    pyexec_expr_t   *target;
    pyexec_frame_t  *clause;

    if (walk->depth < 3) {
        return;
    }

    clause = frame - 2;
    target = &walk->model->exprs[frame->expr];

    if ((clause->kind == PYEXEC_KIND_EXCEPT_CLAUSE
         || clause->kind == PYEXEC_KIND_EXCEPT_GROUP_CLAUSE)
        && target->type == PYEXEC_EXPR_TARGET)
    {
        clause->name = target->a;
    }
}


static uint32_t
reduce_target(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    pyexec_bind_target(walk, frame->expr, 0, frame->end);
    reduce_except_target(walk, frame);

    return 0;
}


static uint32_t
reduce_except(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    if (frame->name) {
        pyexec_bind_deleted(walk, frame->name, frame->end);
    }

    return 0;
}


static uint32_t
reduce_parameter(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    if (frame->name) {
        pyexec_bind_parameter(walk, frame->name, frame->value);
    }

    return 0;
}


static uint32_t
reduce_block(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    if (frame->children == 0) {
        pyexec_walk_doubt(walk, frame->start);
    }

    return 0;
}


static uint32_t
reduce_definition(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    pyexec_bind(walk, frame->name, 0, frame->end);

    return 0;
}


/* The scope of type parameters is around the whole definition. */

static uint32_t
reduce_type_parameter(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    if (frame->inner) {
        walk->scope = frame->inner;
    }

    return 0;
}


static uint32_t
reduce_import(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    pyexec_import(walk, frame);

    return 0;
}


/* One name alone is a pattern that binds it. */

static uint32_t
reduce_dotted_name(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    if (frame->context == PYEXEC_CONTEXT_MATCH && frame->children == 1) {
        return reduce_definition(walk, frame);
    }

    return reduce_import(walk, frame);
}


/* Any other node stands for nothing that is followed. */

static const reduce_pt  reduces[PYEXEC_KIND_ERROR + 1] = {
    [PYEXEC_KIND_ALIASED_IMPORT] = reduce_import,
    [PYEXEC_KIND_AS_PATTERN_TARGET] = reduce_target,
    [PYEXEC_KIND_ASSIGNMENT] = reduce_assignment,
    [PYEXEC_KIND_ATTRIBUTE] = reduce_access,
    [PYEXEC_KIND_BLOCK] = reduce_block,
    [PYEXEC_KIND_BOOLEAN_OPERATOR] = reduce_expr,
    [PYEXEC_KIND_CALL] = reduce_access,
    [PYEXEC_KIND_CLASS] = reduce_definition,
    [PYEXEC_KIND_CONDITIONAL] = reduce_expr,
    [PYEXEC_KIND_DEFAULT_PARAMETER] = reduce_parameter,
    [PYEXEC_KIND_DOTTED_NAME] = reduce_dotted_name,
    [PYEXEC_KIND_EXCEPT_CLAUSE] = reduce_except,
    [PYEXEC_KIND_EXCEPT_GROUP_CLAUSE] = reduce_except,
    [PYEXEC_KIND_EXPRESSION_LIST] = reduce_sequence,
    [PYEXEC_KIND_FUNCTION] = reduce_definition,
    [PYEXEC_KIND_LIST] = reduce_sequence,
    [PYEXEC_KIND_LIST_PATTERN] = reduce_sequence,
    [PYEXEC_KIND_LIST_SPLAT] = reduce_star,
    [PYEXEC_KIND_LIST_SPLAT_PATTERN] = reduce_star,
    [PYEXEC_KIND_NAMED_EXPRESSION] = reduce_walrus,
    [PYEXEC_KIND_PARENTHESIZED] = reduce_expr,
    [PYEXEC_KIND_PATTERN_LIST] = reduce_sequence,
    [PYEXEC_KIND_RELATIVE_IMPORT] = reduce_import,
    [PYEXEC_KIND_SUBSCRIPT] = reduce_access,
    [PYEXEC_KIND_TUPLE] = reduce_sequence,
    [PYEXEC_KIND_TUPLE_PATTERN] = reduce_sequence,
    [PYEXEC_KIND_TYPED_DEFAULT_PARAMETER] = reduce_parameter,
    [PYEXEC_KIND_TYPE_PARAMETER] = reduce_type_parameter,
    [PYEXEC_KIND_WILDCARD_IMPORT] = reduce_import,
};


uint32_t
pyexec_reduce(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    reduce_pt  reduce;

    reduce = reduces[frame->kind];

    return reduce ? reduce(walk, frame) : 0;
}
