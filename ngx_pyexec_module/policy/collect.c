#include "collect.h"

#include "context.h"
#include "deliver.h"
#include "identifier.h"
#include "reduce.h"
#include "scope.h"
#include "sink.h"
#include "walk.h"


typedef struct {
    pyexec_walk_t    walk;
    const uint8_t   *kinds;
    uint32_t         nkinds;
} collect_t;


static bool
push_frame(pyexec_walk_t *walk, TSNode node, pyexec_kind_t kind)
{
    pyexec_frame_t  *frame, *parent;

    frame = pyexec_walk_open(walk, node, kind);
    if (frame == NULL) {
        return false;
    }

    if (walk->depth > 1) {
        parent = frame - 1;
        frame->context = (uint8_t) pyexec_context(parent, kind);
        pyexec_scope_open(walk, frame, parent);
    }

    return true;
}


static void
pop_frame(pyexec_walk_t *walk)
{
    uint32_t         expr;
    pyexec_frame_t  *frame;

    frame = pyexec_walk_frame(walk, 1);

    pyexec_walk_leave(walk);

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

    code = walk->model->code;
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
visit(collect_t *collect, TSNode node)
{
    TSSymbol         symbol;
    uint32_t         expr;
    pyexec_walk_t   *walk;
    pyexec_kind_t    kind;
    pyexec_frame_t  *parent;

    symbol = ts_node_symbol(node);
    kind = symbol < collect->nkinds ? collect->kinds[symbol]
                                    : PYEXEC_KIND_ERROR;
    walk = &collect->walk;
    parent = pyexec_walk_frame(walk, 1);

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

    pyexec_scope_before(walk, parent, kind, node);

    switch (kind) {

    case PYEXEC_KIND_IDENTIFIER:
        expr = pyexec_identifier(walk, parent, node);
        break;

    case PYEXEC_KIND_STRING:

        if (is_formatted(walk, node)) {
            return push_frame(walk, node, kind);
        }

        expr = pyexec_sink_literal(walk->model, ts_node_start_byte(node),
                                   ts_node_end_byte(node));
        break;

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
pyexec_collect(pyexec_model_t *model, const pyexec_syntax_t *syntax,
    TSNode root, const pyexec_reporter_t *reporter, uint32_t *error)
{
    bool            down;
    TSNode          node;
    collect_t       collect;
    TSTreeCursor    cursor;
    pyexec_walk_t  *walk;

    walk = &collect.walk;
    pyexec_walk_init(walk, model, reporter);
    collect.kinds = pyexec_syntax_kinds(syntax, &collect.nkinds);

    if (!push_frame(walk, root, PYEXEC_KIND_MODULE)) {
        return PYEXEC_COLLECT_NO_MEMORY;
    }

    cursor = ts_tree_cursor_new(root);
    down = ts_tree_cursor_goto_first_child(&cursor);

    while (down) {
        node = ts_tree_cursor_current_node(&cursor);

        if (visit(&collect, node)) {

            if (ts_tree_cursor_goto_first_child(&cursor)) {
                continue;
            }

            pop_frame(walk);
        }

        if (model->arena.failed || walk->doubtful) {
            break;
        }

        while (!ts_tree_cursor_goto_next_sibling(&cursor)) {

            if (!ts_tree_cursor_goto_parent(&cursor) || walk->depth == 1) {
                down = false;
                break;
            }

            pop_frame(walk);
        }
    }

    ts_tree_cursor_delete(&cursor);

    if (model->arena.failed) {
        return PYEXEC_COLLECT_NO_MEMORY;
    }

    *error = walk->error;

    return walk->doubtful ? PYEXEC_COLLECT_DOUBTFUL : PYEXEC_COLLECT_OK;
}
