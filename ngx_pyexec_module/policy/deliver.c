#include "deliver.h"

#include "bind.h"


typedef void (*take_pt)(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, uint32_t expr);


/* It is evaluated here and goes nowhere. */

static void
drop(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    uint32_t expr)
{
    (void) walk;
    (void) frame;
    (void) kind;
    (void) expr;
}


static void
keep(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    uint32_t expr)
{
    (void) walk;
    (void) kind;

    frame->expr = expr;
}


static void
keep_first(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    uint32_t expr)
{
    (void) walk;
    (void) kind;

    if (frame->children == 0) {
        frame->expr = expr;
    }
}


/* What is called or subscripted; the arguments are followed no further. */

static void
keep_callee(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    uint32_t expr)
{
    (void) kind;

    if (frame->children == 0) {
        frame->expr = expr;

    } else {
        pyexec_walk_escape(walk, expr);
    }
}


static void
keep_value(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    uint32_t expr)
{
    (void) walk;
    (void) kind;

    frame->value = expr;
}


static void
take_argument(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    uint32_t expr)
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


/* One or the other of the operands. */

static void
join(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    uint32_t expr)
{
    (void) kind;

    if (frame->children == 0) {
        frame->expr = expr;

    } else if (frame->expr && expr) {
        frame->expr = pyexec_model_expr(walk->model, PYEXEC_EXPR_UNION,
                                        frame->expr, expr, frame->start);

    } else {
        frame->expr = frame->expr ? frame->expr : expr;
        walk->model->exprs[frame->expr].perhaps = true;
    }
}


/* The condition stands between the two results. */

static void
join_results(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    uint32_t expr)
{
    if (frame->children != 1) {
        join(walk, frame, kind, expr);
    }
}


static void
take_assigned(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    uint32_t expr)
{
    (void) walk;

    if (frame->children == 0) {
        frame->expr = expr;

    } else if (kind != PYEXEC_KIND_TYPE) {
        frame->value = expr;
        frame->later = true;
    }
}


/* What it is bound to is not known; the rest is followed no further. */

static void
take_target(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    uint32_t expr)
{
    (void) kind;

    if (frame->children == 0) {
        pyexec_bind_target(walk, expr, 0, frame->end);

    } else {
        pyexec_walk_escape(walk, expr);
    }
}


static void
take_loop_target(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, uint32_t expr)
{
    take_target(walk, frame, kind, expr);

    if (frame->children == 0) {
        frame->marked = walk->model->nbindings;
    }
}


static void
take_default(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    uint32_t expr)
{
    (void) walk;

    if (frame->children && kind != PYEXEC_KIND_TYPE) {
        frame->value = expr;
    }
}


static void
take_element(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    uint32_t expr)
{
    (void) kind;

    if (pyexec_walk_is_unpacked(frame)) {
        pyexec_walk_push(walk, expr);

    } else {
        pyexec_walk_escape(walk, expr);
    }
}


static void
take_star(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    uint32_t expr)
{
    (void) kind;

    if (pyexec_walk_is_unpacked(frame)) {
        frame->expr = expr;

    } else {
        pyexec_walk_escape(walk, expr);
    }
}


/* Any other node takes values where they are not followed. */

static const take_pt  takes[PYEXEC_KIND_ERROR + 1] = {
    [PYEXEC_KIND_ARGUMENTS] = take_argument,
    [PYEXEC_KIND_AS_PATTERN] = drop,
    [PYEXEC_KIND_AS_PATTERN_TARGET] = keep,
    [PYEXEC_KIND_ASSERT] = drop,
    [PYEXEC_KIND_ASSIGNMENT] = take_assigned,
    [PYEXEC_KIND_ATTRIBUTE] = keep_first,
    [PYEXEC_KIND_AUGMENTED_ASSIGNMENT] = take_target,
    [PYEXEC_KIND_BOOLEAN_OPERATOR] = join,
    [PYEXEC_KIND_CALL] = keep_callee,
    [PYEXEC_KIND_CASE_PATTERN] = drop,
    [PYEXEC_KIND_COMPARISON] = drop,
    [PYEXEC_KIND_CONDITIONAL] = join_results,
    [PYEXEC_KIND_DEFAULT_PARAMETER] = take_default,
    [PYEXEC_KIND_DELETE] = drop,
    [PYEXEC_KIND_ELIF_CLAUSE] = drop,
    [PYEXEC_KIND_EXPRESSION_LIST] = take_element,
    [PYEXEC_KIND_EXPRESSION_STATEMENT] = drop,
    [PYEXEC_KIND_FOR] = take_loop_target,
    [PYEXEC_KIND_FOR_IN_CLAUSE] = take_loop_target,
    [PYEXEC_KIND_FORMAT_EXPRESSION] = drop,
    [PYEXEC_KIND_IF] = drop,
    [PYEXEC_KIND_IF_CLAUSE] = drop,
    [PYEXEC_KIND_INTERPOLATION] = drop,
    [PYEXEC_KIND_LIST] = take_element,
    [PYEXEC_KIND_LIST_PATTERN] = take_element,
    [PYEXEC_KIND_LIST_SPLAT] = take_star,
    [PYEXEC_KIND_LIST_SPLAT_PATTERN] = keep,
    [PYEXEC_KIND_NAMED_EXPRESSION] = keep_value,
    [PYEXEC_KIND_NOT_OPERATOR] = drop,
    [PYEXEC_KIND_PARENTHESIZED] = keep,
    [PYEXEC_KIND_PATTERN_LIST] = take_element,
    [PYEXEC_KIND_SUBSCRIPT] = keep_callee,
    [PYEXEC_KIND_TUPLE] = take_element,
    [PYEXEC_KIND_TUPLE_PATTERN] = take_element,
    [PYEXEC_KIND_TYPE] = drop,
    [PYEXEC_KIND_TYPED_DEFAULT_PARAMETER] = take_default,
    [PYEXEC_KIND_WHILE] = drop,
};


void
pyexec_deliver(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    uint32_t expr)
{
    take_pt  take;

    take = takes[frame->kind];

    if (take) {
        take(walk, frame, kind, expr);

    } else {
        pyexec_walk_escape(walk, expr);
    }

    frame->children++;
}
