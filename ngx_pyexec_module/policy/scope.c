#include "scope.h"

#include "indent.h"


typedef void (*open_pt)(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_frame_t *parent);
typedef void (*before_pt)(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, TSNode node);


/* The module calls something in its own body: functions of its may run. */

static void
active(pyexec_walk_t *walk)
{
    pyexec_model_t  *model;

    model = walk->model;

    if (!walk->inside && model->nstatements) {
        model->statements[model->nstatements - 1].active = true;
    }
}


static void
conditional(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    if (frame->end < walk->region) {
        walk->region = frame->end;
    }
}


static void
loop(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    if (frame->start < walk->loop) {
        walk->loop = frame->start;
    }

    active(walk);
}


static void
open_scope(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_scope_type_t type)
{
    frame->inner = pyexec_model_scope(walk->model, type, walk->scope,
                                      frame->start);
}


static void
open_block(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_frame_t *parent)
{
    switch (parent->kind) {

    case PYEXEC_KIND_FOR:
    case PYEXEC_KIND_IF:
    case PYEXEC_KIND_TRY:
    case PYEXEC_KIND_WHILE:
    case PYEXEC_KIND_WITH:
        conditional(walk, frame);
    }

    pyexec_indent_begin(walk);
}


static void
open_perhaps(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_frame_t *parent)
{
    (void) parent;

    conditional(walk, frame);
}


static void
open_clause(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_frame_t *parent)
{
    if (frame->kind != PYEXEC_KIND_FINALLY_CLAUSE) {
        open_perhaps(walk, frame, parent);
    }

    pyexec_indent_check(walk, frame->start, false);
}


static void
open_call(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_frame_t *parent)
{
    (void) frame;
    (void) parent;

    active(walk);
}


static void
open_while(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_frame_t *parent)
{
    (void) parent;

    loop(walk, frame);
}


static void
open_with(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_frame_t *parent)
{
    (void) parent;

    active(walk);
    frame->mark = walk->model->nbindings;
    frame->marked = frame->mark;
}


static void
open_for(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_frame_t *parent)
{
    loop(walk, frame);
    open_with(walk, frame, parent);
}


static void
open_definition(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_frame_t *parent)
{
    if (parent->kind == PYEXEC_KIND_DECORATED) {
        pyexec_indent_check(walk, frame->start, false);
    }

    open_scope(walk, frame, frame->kind == PYEXEC_KIND_CLASS
                            ? PYEXEC_SCOPE_CLASS
                            : PYEXEC_SCOPE_FUNCTION);
}


static void
open_lambda(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_frame_t *parent)
{
    (void) parent;

    open_scope(walk, frame, PYEXEC_SCOPE_FUNCTION);
}


static void
open_type_parameter(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_frame_t *parent)
{
    if (parent->kind == PYEXEC_KIND_CLASS
        || parent->kind == PYEXEC_KIND_FUNCTION)
    {
        open_scope(walk, frame, PYEXEC_SCOPE_COMPREHENSION);
        walk->scope = frame->inner;
        frame->context = PYEXEC_CONTEXT_TYPE_PARAMETER;
    }
}


static void
open_comprehension(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_frame_t *parent)
{
    (void) parent;

    conditional(walk, frame);
    loop(walk, frame);

    if (frame->kind == PYEXEC_KIND_GENERATOR) {
        open_scope(walk, frame, PYEXEC_SCOPE_GENERATOR);
        walk->inside = true;

    } else {
        open_scope(walk, frame, PYEXEC_SCOPE_COMPREHENSION);
    }

    walk->scope = frame->inner;
}


static void
open_for_in(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_frame_t *parent)
{
    (void) walk;

    frame->later = parent->later;
    parent->later = true;
}


static const open_pt  opens[PYEXEC_KIND_ERROR + 1] = {
    [PYEXEC_KIND_ASSERT] = open_perhaps,
    [PYEXEC_KIND_BLOCK] = open_block,
    [PYEXEC_KIND_BOOLEAN_OPERATOR] = open_perhaps,
    [PYEXEC_KIND_CALL] = open_call,
    [PYEXEC_KIND_CASE_CLAUSE] = open_perhaps,
    [PYEXEC_KIND_CLASS] = open_definition,
    [PYEXEC_KIND_CONDITIONAL] = open_perhaps,
    [PYEXEC_KIND_DECORATOR] = open_call,
    [PYEXEC_KIND_DICTIONARY_COMPREHENSION] = open_comprehension,
    [PYEXEC_KIND_ELIF_CLAUSE] = open_clause,
    [PYEXEC_KIND_ELSE_CLAUSE] = open_clause,
    [PYEXEC_KIND_EXCEPT_CLAUSE] = open_clause,
    [PYEXEC_KIND_EXCEPT_GROUP_CLAUSE] = open_clause,
    [PYEXEC_KIND_FINALLY_CLAUSE] = open_clause,
    [PYEXEC_KIND_FOR] = open_for,
    [PYEXEC_KIND_FOR_IN_CLAUSE] = open_for_in,
    [PYEXEC_KIND_FORMAT_EXPRESSION] = open_perhaps,
    [PYEXEC_KIND_FUNCTION] = open_definition,
    [PYEXEC_KIND_GENERATOR] = open_comprehension,
    [PYEXEC_KIND_INTERPOLATION] = open_perhaps,
    [PYEXEC_KIND_LAMBDA] = open_lambda,
    [PYEXEC_KIND_LIST_COMPREHENSION] = open_comprehension,
    [PYEXEC_KIND_SET_COMPREHENSION] = open_comprehension,
    [PYEXEC_KIND_TYPE] = open_perhaps,
    [PYEXEC_KIND_TYPE_PARAMETER] = open_type_parameter,
    [PYEXEC_KIND_WHILE] = open_while,
    [PYEXEC_KIND_WITH] = open_with,
};


void
pyexec_scope_open(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_frame_t *parent)
{
    open_pt  open;

    frame->mark = walk->npending;

    open = opens[frame->kind];

    if (open) {
        open(walk, frame, parent);
    }
}


/* A new scope: nothing in it is conditional or repeated yet. */

static void
enter(pyexec_walk_t *walk, uint32_t scope)
{
    walk->model->scopes[scope].parent = walk->scope;

    walk->scope = scope;
    walk->region = PYEXEC_MODEL_NEVER;
    walk->loop = PYEXEC_MODEL_NEVER;
}


static void
before_statement(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, TSNode node)
{
    (void) kind;

    if (!frame->separated) {
        pyexec_indent_check(walk, ts_node_start_byte(node), true);
    }

    frame->separated = false;
}


static void
before_module_statement(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, TSNode node)
{
    pyexec_model_statement(walk->model, ts_node_start_byte(node));
    before_statement(walk, frame, kind, node);
}


static void
before_class_body(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, TSNode node)
{
    (void) node;

    if (kind == PYEXEC_KIND_BLOCK) {
        enter(walk, frame->inner);
    }
}


static void
before_function_body(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, TSNode node)
{
    (void) node;

    if (kind == PYEXEC_KIND_BLOCK) {
        enter(walk, frame->inner);
        walk->inside = true;
    }
}


static void
before_lambda_body(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, TSNode node)
{
    (void) node;

    if (kind != PYEXEC_KIND_LAMBDA_PARAMETERS) {
        enter(walk, frame->inner);
        walk->inside = true;
    }
}


/* The first iterable is evaluated outside the comprehension. */

static void
before_iterable(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, TSNode node)
{
    (void) kind;
    (void) node;

    if (frame->children && !frame->later) {
        walk->scope = walk->model->scopes[walk->scope].parent;
        walk->inside = pyexec_walk_frame(walk, 2)->inside;
        frame->later = true;
    }
}


/* The targets of a loop are certain to be bound in its body only. */

static void
before_loop_body(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, TSNode node)
{
    uint32_t           i, start, end;
    pyexec_binding_t  *binding;

    if (kind != PYEXEC_KIND_BLOCK) {
        return;
    }

    start = ts_node_start_byte(node);
    end = ts_node_end_byte(node);

    for (i = frame->mark; i < frame->marked; i++) {
        binding = &walk->model->bindings[i];

        binding->offset = start;

        if (binding->end > end) {
            binding->end = end;
        }
    }
}


static void
before_with_body(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, TSNode node)
{
    if (kind == PYEXEC_KIND_BLOCK) {
        frame->marked = walk->model->nbindings;
    }

    before_loop_body(walk, frame, kind, node);
}


static const before_pt  befores[PYEXEC_KIND_ERROR + 1] = {
    [PYEXEC_KIND_BLOCK] = before_statement,
    [PYEXEC_KIND_CLASS] = before_class_body,
    [PYEXEC_KIND_FOR] = before_loop_body,
    [PYEXEC_KIND_FOR_IN_CLAUSE] = before_iterable,
    [PYEXEC_KIND_FUNCTION] = before_function_body,
    [PYEXEC_KIND_LAMBDA] = before_lambda_body,
    [PYEXEC_KIND_MODULE] = before_module_statement,
    [PYEXEC_KIND_WITH] = before_with_body,
};


void
pyexec_scope_before(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, TSNode node)
{
    before_pt  before;

    before = befores[frame->kind];

    if (before) {
        before(walk, frame, kind, node);
    }
}
