#include "walk.h"


/* The module calls something in its own body: functions of its may run. */

static void
active(pyexec_walk_t *walk)
{
    pyexec_program_t  *program;

    program = walk->program;

    if (!walk->inside && program->nstatements) {
        program->statements[program->nstatements - 1].active = true;
    }
}


/* A new scope: nothing in it is conditional or repeated yet. */

static void
enter_scope(pyexec_walk_t *walk, uint32_t scope)
{
    walk->program->scopes[scope].parent = walk->scope;

    walk->scope = scope;
    walk->region = PYEXEC_PROGRAM_NEVER;
    walk->loop = PYEXEC_PROGRAM_NEVER;
}


void
pyexec_scope_before(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, TSNode node)
{
    uint32_t           i, start, end;
    pyexec_binding_t  *binding;

    switch (frame->kind) {

    case PYEXEC_KIND_MODULE:
        pyexec_program_statement(walk->program, ts_node_start_byte(node));

        /* fall through */

    case PYEXEC_KIND_BLOCK:

        if (!frame->separated) {
            pyexec_indent_check(walk, ts_node_start_byte(node), true);
        }

        frame->separated = false;
        break;

    case PYEXEC_KIND_CLASS:

        if (kind == PYEXEC_KIND_BLOCK) {
            enter_scope(walk, frame->inner);
        }

        break;

    case PYEXEC_KIND_FUNCTION:

        if (kind == PYEXEC_KIND_BLOCK) {
            enter_scope(walk, frame->inner);
            walk->inside = true;
        }

        break;

    case PYEXEC_KIND_LAMBDA:

        if (kind != PYEXEC_KIND_LAMBDA_PARAMETERS) {
            enter_scope(walk, frame->inner);
            walk->inside = true;
        }

        break;

    case PYEXEC_KIND_FOR_IN_CLAUSE:

        /* The first iterable is evaluated outside the comprehension. */

        if (frame->children && !frame->later) {
            walk->scope = walk->program->scopes[walk->scope].parent;
            walk->inside = pyexec_walk_frame(walk, 2)->inside;
            frame->later = true;
        }

        break;

    case PYEXEC_KIND_WITH:

        if (kind == PYEXEC_KIND_BLOCK) {
            frame->marked = walk->program->nbindings;
        }

        /* fall through */

    case PYEXEC_KIND_FOR:

        /* Their targets are certain to be bound in the body only. */

        if (kind == PYEXEC_KIND_BLOCK) {
            start = ts_node_start_byte(node);
            end = ts_node_end_byte(node);

            for (i = frame->mark; i < frame->marked; i++) {
                binding = &walk->program->bindings[i];

                binding->offset = start;

                if (binding->end > end) {
                    binding->end = end;
                }
            }
        }

        break;
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
    frame->inner = pyexec_program_scope(walk->program, type, walk->scope,
                                        frame->start);
}


static void
open_comprehension(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_scope_type_t type)
{
    conditional(walk, frame);
    loop(walk, frame);
    open_scope(walk, frame, type);

    walk->scope = frame->inner;
    walk->inside |= type == PYEXEC_SCOPE_GENERATOR;
}


void
pyexec_scope_open(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_frame_t *parent)
{
    frame->mark = walk->npending;

    switch (frame->kind) {

    case PYEXEC_KIND_BLOCK:

        switch (parent->kind) {

        case PYEXEC_KIND_FOR:
        case PYEXEC_KIND_IF:
        case PYEXEC_KIND_TRY:
        case PYEXEC_KIND_WHILE:
        case PYEXEC_KIND_WITH:
            conditional(walk, frame);
        }

        walk->indent.column = PYEXEC_PROGRAM_NEVER;
        break;

    case PYEXEC_KIND_CASE_CLAUSE:
        conditional(walk, frame);
        break;

    case PYEXEC_KIND_ELIF_CLAUSE:
    case PYEXEC_KIND_ELSE_CLAUSE:
    case PYEXEC_KIND_EXCEPT_CLAUSE:
    case PYEXEC_KIND_EXCEPT_GROUP_CLAUSE:
        conditional(walk, frame);

        /* fall through */

    case PYEXEC_KIND_FINALLY_CLAUSE:
        pyexec_indent_check(walk, frame->start, false);
        break;

    case PYEXEC_KIND_ASSERT:
    case PYEXEC_KIND_BOOLEAN_OPERATOR:
    case PYEXEC_KIND_CONDITIONAL:
    case PYEXEC_KIND_FORMAT_EXPRESSION:
    case PYEXEC_KIND_INTERPOLATION:
    case PYEXEC_KIND_TYPE:
        conditional(walk, frame);
        break;

    case PYEXEC_KIND_CALL:
    case PYEXEC_KIND_DECORATOR:
        active(walk);
        break;

    case PYEXEC_KIND_FOR:
        loop(walk, frame);

        /* fall through */

    case PYEXEC_KIND_WITH:
        active(walk);
        frame->mark = walk->program->nbindings;
        frame->marked = frame->mark;
        break;

    case PYEXEC_KIND_WHILE:
        loop(walk, frame);
        break;

    case PYEXEC_KIND_CLASS:

        if (parent->kind == PYEXEC_KIND_DECORATED) {
            pyexec_indent_check(walk, frame->start, false);
        }

        open_scope(walk, frame, PYEXEC_SCOPE_CLASS);
        break;

    case PYEXEC_KIND_FUNCTION:

        if (parent->kind == PYEXEC_KIND_DECORATED) {
            pyexec_indent_check(walk, frame->start, false);
        }

        open_scope(walk, frame, PYEXEC_SCOPE_FUNCTION);
        break;

    case PYEXEC_KIND_LAMBDA:
        open_scope(walk, frame, PYEXEC_SCOPE_FUNCTION);
        break;

    case PYEXEC_KIND_TYPE_PARAMETER:

        if (parent->kind == PYEXEC_KIND_CLASS
            || parent->kind == PYEXEC_KIND_FUNCTION)
        {
            open_scope(walk, frame, PYEXEC_SCOPE_COMPREHENSION);
            walk->scope = frame->inner;
            frame->context = PYEXEC_CONTEXT_TYPE_PARAMETER;
        }

        break;

    case PYEXEC_KIND_GENERATOR:
        open_comprehension(walk, frame, PYEXEC_SCOPE_GENERATOR);
        break;

    case PYEXEC_KIND_DICTIONARY_COMPREHENSION:
    case PYEXEC_KIND_LIST_COMPREHENSION:
    case PYEXEC_KIND_SET_COMPREHENSION:
        open_comprehension(walk, frame, PYEXEC_SCOPE_COMPREHENSION);
        break;

    case PYEXEC_KIND_FOR_IN_CLAUSE:
        frame->later = parent->later;
        parent->later = true;
        break;
    }
}
