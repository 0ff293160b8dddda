#include "collect.h"

#include <string.h>

#include "names.h"
#include "walk.h"


bool
pyexec_walk_push(pyexec_walk_t *walk, uint32_t expr)
{
    void  *larger;

    if (walk->npending == walk->pending_size) {
        larger = pyexec_arena_grow(&walk->program->arena, walk->pending,
                                   &walk->pending_size, sizeof(uint32_t));
        if (larger == NULL) {
            return false;
        }

        walk->pending = larger;
    }

    walk->pending[walk->npending++] = expr;

    return true;
}


static uint32_t
name_of(pyexec_walk_t *walk, TSNode node)
{
    pyexec_program_t  *program;

    program = walk->program;

    return pyexec_names_add(program, ts_node_start_byte(node),
                            ts_node_end_byte(node),
                            program->scopes[walk->scope].class_name);
}


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


/* What the names of the next child of a frame are for. */

static pyexec_context_t
child_context(pyexec_frame_t *frame, pyexec_kind_t kind)
{
    switch (frame->kind) {

    case PYEXEC_KIND_ASSIGNMENT:

        if (frame->children == 0) {
            return PYEXEC_CONTEXT_STORE;
        }

        switch (kind) {

        case PYEXEC_KIND_EXPRESSION_LIST:
        case PYEXEC_KIND_LIST:
        case PYEXEC_KIND_PARENTHESIZED:
        case PYEXEC_KIND_PATTERN_LIST:
        case PYEXEC_KIND_TUPLE:
            return PYEXEC_CONTEXT_UNPACK;

        default:
            return PYEXEC_CONTEXT_LOAD;
        }

    case PYEXEC_KIND_AUGMENTED_ASSIGNMENT:
    case PYEXEC_KIND_FOR:
    case PYEXEC_KIND_FOR_IN_CLAUSE:
        return frame->children ? PYEXEC_CONTEXT_LOAD : PYEXEC_CONTEXT_STORE;

    case PYEXEC_KIND_AS_PATTERN_TARGET:
        return PYEXEC_CONTEXT_STORE;

    case PYEXEC_KIND_DELETE:
        return PYEXEC_CONTEXT_DELETE;

    case PYEXEC_KIND_PARAMETERS:
    case PYEXEC_KIND_LAMBDA_PARAMETERS:
        return PYEXEC_CONTEXT_PARAMETER;

    case PYEXEC_KIND_DEFAULT_PARAMETER:
    case PYEXEC_KIND_TYPED_DEFAULT_PARAMETER:
    case PYEXEC_KIND_TYPED_PARAMETER:
        return frame->children ? PYEXEC_CONTEXT_LOAD
                               : PYEXEC_CONTEXT_PARAMETER;

    case PYEXEC_KIND_CASE_PATTERN:
        return PYEXEC_CONTEXT_MATCH;

    case PYEXEC_KIND_CLASS_PATTERN:
    case PYEXEC_KIND_KEYWORD_PATTERN:
        return frame->children ? PYEXEC_CONTEXT_MATCH : PYEXEC_CONTEXT_LOAD;

    case PYEXEC_KIND_CONSTRAINED_TYPE:

        if (frame->children) {
            return PYEXEC_CONTEXT_LOAD;
        }

        return (pyexec_context_t) frame->context;

    case PYEXEC_KIND_AS_PATTERN:

        if (frame->context != PYEXEC_CONTEXT_MATCH) {
            return PYEXEC_CONTEXT_LOAD;
        }

        return PYEXEC_CONTEXT_MATCH;

    case PYEXEC_KIND_DICTIONARY_SPLAT_PATTERN:
    case PYEXEC_KIND_DICT_PATTERN:
    case PYEXEC_KIND_EXPRESSION_LIST:
    case PYEXEC_KIND_LIST:
    case PYEXEC_KIND_LIST_PATTERN:
    case PYEXEC_KIND_LIST_SPLAT:
    case PYEXEC_KIND_LIST_SPLAT_PATTERN:
    case PYEXEC_KIND_PARENTHESIZED:
    case PYEXEC_KIND_PATTERN_LIST:
    case PYEXEC_KIND_SPLAT_PATTERN:
    case PYEXEC_KIND_SPLAT_TYPE:
    case PYEXEC_KIND_TUPLE:
    case PYEXEC_KIND_TUPLE_PATTERN:
    case PYEXEC_KIND_TYPE:
    case PYEXEC_KIND_TYPE_PARAMETER:
    case PYEXEC_KIND_UNION_PATTERN:
        return (pyexec_context_t) frame->context;

    default:
        return PYEXEC_CONTEXT_LOAD;
    }
}


/* What else than the context tells an identifier's use is its parent. */

static uint32_t
identifier(pyexec_walk_t *walk, pyexec_frame_t *parent, TSNode node)
{
    uint32_t           name, offset;
    pyexec_program_t  *program;

    program = walk->program;
    name = name_of(walk, node);
    offset = ts_node_start_byte(node);

    switch (parent->kind) {

    case PYEXEC_KIND_ATTRIBUTE:

        if (parent->children) {
            parent->name = name;
            return 0;
        }

        break;

    case PYEXEC_KIND_KEYWORD_ARGUMENT:
    case PYEXEC_KIND_KEYWORD_PATTERN:

        if (parent->children == 0) {
            return 0;
        }

        break;

    case PYEXEC_KIND_CLASS:
        program->scopes[parent->inner].class_name = name;
        parent->name = name;
        return 0;

    case PYEXEC_KIND_FUNCTION:
        parent->name = name;
        return 0;

    case PYEXEC_KIND_NAMED_EXPRESSION:
    case PYEXEC_KIND_DEFAULT_PARAMETER:
    case PYEXEC_KIND_TYPED_DEFAULT_PARAMETER:

        if (parent->children == 0) {
            parent->name = name;
            return 0;
        }

        break;

    case PYEXEC_KIND_ALIASED_IMPORT:
        parent->name = name;
        return 0;

    case PYEXEC_KIND_DOTTED_NAME:

        if (parent->children == 0) {
            parent->name = name;
            parent->value = pyexec_names_add(program, offset,
                                             ts_node_end_byte(node), 0);
        }

        return 0;

    case PYEXEC_KIND_GLOBAL:
        pyexec_bind_declare(walk, PYEXEC_BINDING_GLOBAL, name, offset);
        return 0;

    case PYEXEC_KIND_NONLOCAL:
        pyexec_bind_declare(walk, PYEXEC_BINDING_NONLOCAL, name, offset);
        return 0;
    }

    switch (child_context(parent, PYEXEC_KIND_IDENTIFIER)) {

    case PYEXEC_CONTEXT_STORE:
        return pyexec_program_expr(program, PYEXEC_EXPR_TARGET, name, 0,
                                   offset);

    case PYEXEC_CONTEXT_DELETE:
        pyexec_bind_deleted(walk, name, ts_node_end_byte(node));
        return 0;

    case PYEXEC_CONTEXT_PARAMETER:
        pyexec_bind_parameter(walk, name, 0);
        return 0;

    case PYEXEC_CONTEXT_TYPE_PARAMETER:
    case PYEXEC_CONTEXT_MATCH:
        pyexec_bind(walk, name, 0, ts_node_end_byte(node));
        return 0;

    default:
        return pyexec_program_expr(program, PYEXEC_EXPR_NAME, name,
                                   walk->scope, offset);
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


/* What a frame changes before its next child. */

static void
before_child(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_kind_t kind,
    TSNode node)
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


static void
open_node(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_frame_t *parent)
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


static bool
push_frame(pyexec_walk_t *walk, TSNode node, pyexec_kind_t kind)
{
    void            *larger;
    pyexec_frame_t  *frame, *parent;

    if (walk->depth == walk->frames_size) {
        larger = pyexec_arena_grow(&walk->program->arena, walk->frames,
                                   &walk->frames_size,
                                   sizeof(pyexec_frame_t));
        if (larger == NULL) {
            return false;
        }

        walk->frames = larger;
    }

    frame = &walk->frames[walk->depth++];
    memset(frame, 0, sizeof(pyexec_frame_t));

    frame->kind = (uint8_t) kind;
    frame->start = ts_node_start_byte(node);
    frame->end = ts_node_end_byte(node);
    frame->node = node;

    frame->inside = walk->inside;
    frame->scope = walk->scope;
    frame->region = walk->region;
    frame->loop = walk->loop;
    frame->indent = walk->indent;

    if (walk->depth > 1) {
        parent = frame - 1;
        frame->context = (uint8_t) child_context(parent, kind);
        open_node(walk, frame, parent);
    }

    return true;
}


static void
pop_frame(pyexec_walk_t *walk)
{
    uint32_t         expr;
    pyexec_frame_t  *frame;

    frame = &walk->frames[walk->depth - 1];

    walk->inside = frame->inside;
    walk->scope = frame->scope;
    walk->region = frame->region;
    walk->loop = frame->loop;
    walk->indent = frame->indent;

    expr = pyexec_reduce(walk, frame);
    walk->depth--;

    if (walk->depth) {
        pyexec_deliver(walk, frame - 1, frame->kind, expr);
    }
}


/* Only a formatted string has anything in it for the policy. */

static bool
is_formatted(pyexec_walk_t *walk, TSNode node)
{
    uint32_t     i, end;
    const char  *code;

    code = walk->program->code;
    end = ts_node_end_byte(node);

    for (i = ts_node_start_byte(node); i < end; i++) {
        switch (code[i]) {

        case 'f':
        case 'F':
            return true;

        case '"':
        case '\'':
        case '`':
            return false;
        }
    }

    return false;
}


/* True where the children of the node are to be visited too. */

static bool
visit(pyexec_walk_t *walk, TSNode node)
{
    TSSymbol         symbol;
    uint32_t         expr;
    pyexec_kind_t    kind;
    pyexec_frame_t  *parent;

    symbol = ts_node_symbol(node);
    kind = symbol < walk->nkinds ? walk->kinds[symbol] : PYEXEC_KIND_ERROR;
    parent = &walk->frames[walk->depth - 1];

    switch (kind) {

    case PYEXEC_KIND_COMMENT:
    case PYEXEC_KIND_LINE_CONTINUATION:
        return false;

    case PYEXEC_KIND_TOKEN:
    case PYEXEC_KIND_COMMA:

        /* In a block the only token is the semicolon. */

        if (kind == PYEXEC_KIND_COMMA || parent->kind == PYEXEC_KIND_BLOCK
            || parent->kind == PYEXEC_KIND_MODULE)
        {
            parent->separated = true;
        }

        return false;

    default:
        break;
    }

    before_child(walk, parent, kind, node);

    switch (kind) {

    case PYEXEC_KIND_IDENTIFIER:
        expr = identifier(walk, parent, node);
        break;

    case PYEXEC_KIND_STRING:

        if (is_formatted(walk, node)) {
            return push_frame(walk, node, kind);
        }

        /* fall through */

    case PYEXEC_KIND_ELLIPSIS:
    case PYEXEC_KIND_FALSE:
    case PYEXEC_KIND_FLOAT:
    case PYEXEC_KIND_FUTURE_IMPORT:
    case PYEXEC_KIND_IMPORT_PREFIX:
    case PYEXEC_KIND_INTEGER:
    case PYEXEC_KIND_NONE:
    case PYEXEC_KIND_TRUE:
        expr = 0;
        break;

    default:
        return push_frame(walk, node, kind);
    }

    pyexec_deliver(walk, parent, kind, expr);

    return false;
}


pyexec_collect_status_t
pyexec_collect(pyexec_program_t *program, const pyexec_syntax_t *syntax,
    TSNode root, pyexec_import_pt import, void *data, uint32_t *error)
{
    bool           down;
    TSNode         node;
    TSTreeCursor   cursor;
    pyexec_walk_t  walk;

    memset(&walk, 0, sizeof(walk));

    walk.program = program;
    walk.kinds = pyexec_syntax_kinds(syntax, &walk.nkinds);
    walk.import = import;
    walk.data = data;
    walk.region = PYEXEC_PROGRAM_NEVER;
    walk.loop = PYEXEC_PROGRAM_NEVER;

    if (!push_frame(&walk, root, PYEXEC_KIND_MODULE)) {
        return PYEXEC_COLLECT_NO_MEMORY;
    }

    cursor = ts_tree_cursor_new(root);
    down = ts_tree_cursor_goto_first_child(&cursor);

    while (down) {
        node = ts_tree_cursor_current_node(&cursor);

        if (visit(&walk, node)) {

            if (ts_tree_cursor_goto_first_child(&cursor)) {
                continue;
            }

            pop_frame(&walk);
        }

        if (program->arena.failed || walk.doubtful) {
            break;
        }

        while (!ts_tree_cursor_goto_next_sibling(&cursor)) {

            if (!ts_tree_cursor_goto_parent(&cursor) || walk.depth == 1) {
                down = false;
                break;
            }

            pop_frame(&walk);
        }
    }

    ts_tree_cursor_delete(&cursor);

    if (program->arena.failed) {
        return PYEXEC_COLLECT_NO_MEMORY;
    }

    *error = walk.error;

    return walk.doubtful ? PYEXEC_COLLECT_DOUBTFUL : PYEXEC_COLLECT_OK;
}
