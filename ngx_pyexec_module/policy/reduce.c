#include "walk.h"

#include "names.h"


/* Expressions of its children that a node keeps for later. */

static uint32_t
join(pyexec_walk_t *walk, pyexec_frame_t *frame, uint32_t expr)
{
    if (frame->expr == 0) {
        return expr;
    }

    if (expr == 0) {
        return frame->expr;
    }

    return pyexec_program_expr(walk->program, PYEXEC_EXPR_UNION, frame->expr,
                               expr, frame->start);
}


static void
deliver_argument(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, uint32_t expr)
{
    pyexec_frame_t  *call;

    pyexec_walk_escape(walk, expr);

    switch (kind) {

    case PYEXEC_KIND_DICTIONARY_SPLAT:
    case PYEXEC_KIND_KEYWORD_ARGUMENT:
    case PYEXEC_KIND_LIST_SPLAT:
        return;

    default:
        break;
    }

    if (frame->children == 0 && walk->depth > 1) {
        call = frame - 1;

        if (call->kind == PYEXEC_KIND_CALL) {
            call->value = expr;
        }
    }
}


void
pyexec_deliver(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    uint32_t expr)
{
    switch (frame->kind) {

    /* What is evaluated here and goes nowhere. */

    case PYEXEC_KIND_AS_PATTERN:
    case PYEXEC_KIND_ASSERT:
    case PYEXEC_KIND_CASE_PATTERN:
    case PYEXEC_KIND_COMPARISON:
    case PYEXEC_KIND_DELETE:
    case PYEXEC_KIND_ELIF_CLAUSE:
    case PYEXEC_KIND_EXPRESSION_STATEMENT:
    case PYEXEC_KIND_FORMAT_EXPRESSION:
    case PYEXEC_KIND_IF:
    case PYEXEC_KIND_IF_CLAUSE:
    case PYEXEC_KIND_INTERPOLATION:
    case PYEXEC_KIND_NOT_OPERATOR:
    case PYEXEC_KIND_TYPE:
    case PYEXEC_KIND_WHILE:
        break;

    case PYEXEC_KIND_AS_PATTERN_TARGET:
    case PYEXEC_KIND_LIST_SPLAT_PATTERN:
    case PYEXEC_KIND_PARENTHESIZED:
        frame->expr = expr;
        break;

    case PYEXEC_KIND_ATTRIBUTE:

        if (frame->children == 0) {
            frame->expr = expr;
        }

        break;

    case PYEXEC_KIND_CALL:
    case PYEXEC_KIND_SUBSCRIPT:

        if (frame->children == 0) {
            frame->expr = expr;

        } else {
            pyexec_walk_escape(walk, expr);
        }

        break;

    case PYEXEC_KIND_ARGUMENTS:
        deliver_argument(walk, frame, kind, expr);
        break;

    case PYEXEC_KIND_BOOLEAN_OPERATOR:
        frame->expr = join(walk, frame, expr);
        break;

    case PYEXEC_KIND_CONDITIONAL:

        /* The condition stands between the two results. */

        if (frame->children != 1) {
            frame->expr = join(walk, frame, expr);
        }

        break;

    case PYEXEC_KIND_NAMED_EXPRESSION:
        frame->value = expr;
        break;

    case PYEXEC_KIND_ASSIGNMENT:

        if (frame->children == 0) {
            frame->expr = expr;

        } else if (kind != PYEXEC_KIND_TYPE) {
            frame->value = expr;
            frame->later = true;
        }

        break;

    case PYEXEC_KIND_AUGMENTED_ASSIGNMENT:

        if (frame->children == 0) {
            pyexec_bind_target(walk, expr, 0, frame->end);

        } else {
            pyexec_walk_escape(walk, expr);
        }

        break;

    case PYEXEC_KIND_FOR:
    case PYEXEC_KIND_FOR_IN_CLAUSE:

        if (frame->children == 0) {
            pyexec_bind_target(walk, expr, 0, frame->end);
            frame->marked = walk->program->nbindings;

        } else {
            pyexec_walk_escape(walk, expr);
        }

        break;

    case PYEXEC_KIND_DEFAULT_PARAMETER:
    case PYEXEC_KIND_TYPED_DEFAULT_PARAMETER:

        if (frame->children && kind != PYEXEC_KIND_TYPE) {
            frame->value = expr;
        }

        break;

    case PYEXEC_KIND_EXPRESSION_LIST:
    case PYEXEC_KIND_LIST:
    case PYEXEC_KIND_LIST_PATTERN:
    case PYEXEC_KIND_PATTERN_LIST:
    case PYEXEC_KIND_TUPLE:
    case PYEXEC_KIND_TUPLE_PATTERN:

        if (frame->context == PYEXEC_CONTEXT_STORE
            || frame->context == PYEXEC_CONTEXT_UNPACK)
        {
            pyexec_walk_push(walk, expr);

        } else {
            pyexec_walk_escape(walk, expr);
        }

        break;

    case PYEXEC_KIND_LIST_SPLAT:

        if (frame->context == PYEXEC_CONTEXT_STORE
            || frame->context == PYEXEC_CONTEXT_UNPACK)
        {
            frame->expr = expr;

        } else {
            pyexec_walk_escape(walk, expr);
        }

        break;

    default:
        pyexec_walk_escape(walk, expr);
    }

    frame->children++;
}


/* A sequence of targets, or of the values for one. */

static uint32_t
reduce_sequence(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    uint32_t           i, count, first;
    pyexec_program_t  *program;

    program = walk->program;
    count = walk->npending - frame->mark;
    walk->npending = frame->mark;

    /* (a) = b is no more than a = b. */

    if (frame->kind == PYEXEC_KIND_TUPLE_PATTERN && count == 1
        && !frame->separated)
    {
        return walk->pending[frame->mark];
    }

    first = program->nelements;

    for (i = 0; i < count; i++) {
        pyexec_program_element(program, walk->pending[frame->mark + i]);
    }

    return pyexec_program_expr(program, PYEXEC_EXPR_TUPLE, first, count,
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

    scope = &walk->program->scopes[walk->scope];

    if (scope->type != PYEXEC_SCOPE_MODULE
        && scope->type != PYEXEC_SCOPE_CLASS)
    {
        pyexec_bind_target(walk, frame->expr, 0, frame->end);
    }

    return 0;
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
    target = &walk->program->exprs[frame->expr];

    if ((clause->kind == PYEXEC_KIND_EXCEPT_CLAUSE
         || clause->kind == PYEXEC_KIND_EXCEPT_GROUP_CLAUSE)
        && target->type == PYEXEC_EXPR_TARGET)
    {
        clause->name = target->a;
    }
}


static uint32_t
reduce_access(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    uint32_t           site;
    pyexec_program_t  *program;

    program = walk->program;

    switch (frame->context) {

    case PYEXEC_CONTEXT_STORE:
        return pyexec_program_expr(program, PYEXEC_EXPR_STORE, 0, 0,
                                   frame->start);

    case PYEXEC_CONTEXT_DELETE:
        return 0;
    }

    if (frame->expr == 0) {
        return 0;
    }

    if (frame->kind == PYEXEC_KIND_ATTRIBUTE) {
        return pyexec_program_expr(program, PYEXEC_EXPR_ATTRIBUTE,
                                   frame->expr, frame->name, frame->start);
    }

    site = pyexec_program_site(program, frame->node);
    program->sites[site].argument = frame->value;

    return pyexec_program_expr(program, frame->kind == PYEXEC_KIND_CALL
                                        ? PYEXEC_EXPR_CALL
                                        : PYEXEC_EXPR_SUBSCRIPT,
                               frame->expr, site, frame->start);
}


uint32_t
pyexec_reduce(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    switch (frame->kind) {

    case PYEXEC_KIND_ATTRIBUTE:
    case PYEXEC_KIND_CALL:
    case PYEXEC_KIND_SUBSCRIPT:
        return reduce_access(walk, frame);

    case PYEXEC_KIND_BOOLEAN_OPERATOR:
    case PYEXEC_KIND_CONDITIONAL:
    case PYEXEC_KIND_PARENTHESIZED:
        return frame->expr;

    case PYEXEC_KIND_LIST_SPLAT:
    case PYEXEC_KIND_LIST_SPLAT_PATTERN:

        if (frame->context == PYEXEC_CONTEXT_STORE
            || frame->context == PYEXEC_CONTEXT_UNPACK)
        {
            return pyexec_program_expr(walk->program, PYEXEC_EXPR_STAR,
                                       frame->expr, 0, frame->start);
        }

        return 0;

    case PYEXEC_KIND_EXPRESSION_LIST:
    case PYEXEC_KIND_LIST:
    case PYEXEC_KIND_LIST_PATTERN:
    case PYEXEC_KIND_PATTERN_LIST:
    case PYEXEC_KIND_TUPLE:
    case PYEXEC_KIND_TUPLE_PATTERN:

        if (frame->context == PYEXEC_CONTEXT_STORE
            || frame->context == PYEXEC_CONTEXT_UNPACK)
        {
            return reduce_sequence(walk, frame);
        }

        return 0;

    case PYEXEC_KIND_NAMED_EXPRESSION:

        /* In a formatted string a colon and what follows are its format. */

        if (frame[-1].kind == PYEXEC_KIND_INTERPOLATION
            || frame[-1].kind == PYEXEC_KIND_FORMAT_EXPRESSION)
        {
            return 0;
        }

        pyexec_bind_walrus(walk, frame->name, frame->value, frame->end);
        return frame->value;

    case PYEXEC_KIND_ASSIGNMENT:
        return reduce_assignment(walk, frame);

    case PYEXEC_KIND_AS_PATTERN_TARGET:
        pyexec_bind_target(walk, frame->expr, 0, frame->end);
        reduce_except_target(walk, frame);
        return 0;

    case PYEXEC_KIND_EXCEPT_CLAUSE:
    case PYEXEC_KIND_EXCEPT_GROUP_CLAUSE:

        if (frame->name) {
            pyexec_bind_deleted(walk, frame->name, frame->end);
        }

        return 0;

    case PYEXEC_KIND_DEFAULT_PARAMETER:
    case PYEXEC_KIND_TYPED_DEFAULT_PARAMETER:

        if (frame->name) {
            pyexec_bind_parameter(walk, frame->name, frame->value);
        }

        return 0;

    case PYEXEC_KIND_BLOCK:

        if (frame->children == 0) {
            pyexec_indent_doubt(walk, frame->start);
        }

        return 0;

    case PYEXEC_KIND_CLASS:
    case PYEXEC_KIND_FUNCTION:
        pyexec_bind(walk, frame->name, 0, frame->end);
        return 0;

    case PYEXEC_KIND_TYPE_PARAMETER:

        /* The scope of type parameters is around the whole definition. */

        if (frame->inner) {
            walk->scope = frame->inner;
        }

        return 0;

    case PYEXEC_KIND_DOTTED_NAME:

        if (frame->context == PYEXEC_CONTEXT_MATCH && frame->children == 1) {
            pyexec_bind(walk, frame->name, 0, frame->end);
            return 0;
        }

        /* fall through */

    case PYEXEC_KIND_ALIASED_IMPORT:
    case PYEXEC_KIND_RELATIVE_IMPORT:
    case PYEXEC_KIND_WILDCARD_IMPORT:
        pyexec_bind_import(walk, frame);
        return 0;
    }

    return 0;
}
