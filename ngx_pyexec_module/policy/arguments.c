#include "arguments.h"

#include <string.h>

#include "names.h"


static pyexec_kind_t
kind_of(pyexec_arguments_t *arguments, TSNode node)
{
    TSSymbol  symbol;

    symbol = ts_node_symbol(node);

    return symbol < arguments->nkinds ? arguments->kinds[symbol]
                                      : PYEXEC_KIND_ERROR;
}


static TSNode
no_node(void)
{
    TSNode  node;

    memset(&node, 0, sizeof(node));

    return node;
}


/* Moves the cursor to the next child that is no token and no comment. */

static bool
next(pyexec_arguments_t *arguments, bool first)
{
    bool  more;

    for (more = first ? ts_tree_cursor_goto_first_child(&arguments->cursor)
                      : ts_tree_cursor_goto_next_sibling(&arguments->cursor);
         more && --arguments->budget > 0;
         more = ts_tree_cursor_goto_next_sibling(&arguments->cursor))
    {
        switch (kind_of(arguments,
                        ts_tree_cursor_current_node(&arguments->cursor)))
        {
        case PYEXEC_KIND_COMMA:
        case PYEXEC_KIND_COMMENT:
        case PYEXEC_KIND_LINE_CONTINUATION:
        case PYEXEC_KIND_TOKEN:
            break;

        default:
            return true;
        }
    }

    return false;
}


/* The child of that index; the cursor is left on it. */

static TSNode
child(pyexec_arguments_t *arguments, TSNode node, unsigned index)
{
    unsigned  i;

    ts_tree_cursor_reset(&arguments->cursor, node);

    for (i = 0; next(arguments, i == 0); i++) {
        if (i == index) {
            return ts_tree_cursor_current_node(&arguments->cursor);
        }
    }

    return no_node();
}


/* The value of the keyword argument that the cursor is on. */

static bool
keyword_value(pyexec_arguments_t *arguments, const char *keyword,
    TSNode *value)
{
    bool                  same;
    TSNode                node;
    uint32_t              index;
    const pyexec_name_t  *name;

    if (!next(arguments, true)) {
        return false;
    }

    node = ts_tree_cursor_current_node(&arguments->cursor);
    index = pyexec_names_add(&arguments->model->names, ts_node_start_byte(node),
                             ts_node_end_byte(node), 0);
    name = &arguments->model->names.list[index];

    same = strlen(keyword) == name->len
           && memcmp(keyword, name->text, name->len) == 0
           && next(arguments, false);

    *value = ts_tree_cursor_current_node(&arguments->cursor);
    ts_tree_cursor_goto_parent(&arguments->cursor);

    return same;
}


TSNode
pyexec_argument(pyexec_arguments_t *arguments, TSNode call, unsigned position,
    const char *keyword)
{
    bool      first, known;
    TSNode    node, found;
    unsigned  i;

    found = no_node();
    node = child(arguments, call, 1);

    if (ts_node_is_null(node)
        || kind_of(arguments, node) != PYEXEC_KIND_ARGUMENTS)
    {
        return found;
    }

    i = 0;
    known = true;

    for (first = true; next(arguments, first); first = false) {
        node = ts_tree_cursor_current_node(&arguments->cursor);

        switch (kind_of(arguments, node)) {

        case PYEXEC_KIND_KEYWORD_ARGUMENT:

            if (keyword && keyword_value(arguments, keyword, &node)) {
                return node;
            }

            break;

        case PYEXEC_KIND_DICTIONARY_SPLAT:
            break;

        case PYEXEC_KIND_LIST_SPLAT:

            /* Who knows how many positions that takes. */

            known = false;
            break;

        default:

            if (known && i++ == position) {
                found = node;
            }
        }
    }

    return found;
}


TSNode
pyexec_argument_key(pyexec_arguments_t *arguments, TSNode subscript)
{
    return child(arguments, subscript, 1);
}


static TSNode
without_parentheses(pyexec_arguments_t *arguments, TSNode node)
{
    while (!ts_node_is_null(node)
           && kind_of(arguments, node) == PYEXEC_KIND_PARENTHESIZED)
    {
        node = child(arguments, node, 0);
    }

    return node;
}


bool
pyexec_argument_text(pyexec_arguments_t *arguments, TSNode node,
    pyexec_literal_t *literal)
{
    uint32_t  start;

    node = without_parentheses(arguments, node);

    if (ts_node_is_null(node)) {
        return false;
    }

    switch (kind_of(arguments, node)) {

    case PYEXEC_KIND_CONCATENATED_STRING:
    case PYEXEC_KIND_STRING:
        start = ts_node_start_byte(node);

        return pyexec_literal_string(arguments->model->code + start,
                                     ts_node_end_byte(node) - start, literal);

    default:
        return false;
    }
}


bool
pyexec_argument_string(pyexec_arguments_t *arguments, TSNode node,
    pyexec_literal_t *literal)
{
    return pyexec_argument_text(arguments, node, literal) && literal->exact;
}


bool
pyexec_argument_is_integer(pyexec_arguments_t *arguments, TSNode node)
{
    node = without_parentheses(arguments, node);

    return !ts_node_is_null(node)
           && kind_of(arguments, node) == PYEXEC_KIND_INTEGER;
}


/* A digit that is not 0 before the exponent. */

static bool
number_is_true(const char *p, const char *end)
{
    bool  hex;

    hex = end - p > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X');

    for (p += hex ? 2 : 0; p < end; p++) {

        if ((*p >= '1' && *p <= '9')
            || (hex && (*p | 0x20) >= 'a' && (*p | 0x20) <= 'f'))
        {
            return true;
        }

        if (!hex && (*p | 0x20) == 'e') {
            break;
        }
    }

    return false;
}


/* Has an element that is not itself of an unknown number. */

static bool
has_element(pyexec_arguments_t *arguments, TSNode node)
{
    bool  first;

    ts_tree_cursor_reset(&arguments->cursor, node);

    for (first = true; next(arguments, first); first = false) {
        switch (kind_of(arguments,
                        ts_tree_cursor_current_node(&arguments->cursor)))
        {
        case PYEXEC_KIND_DICTIONARY_SPLAT:
        case PYEXEC_KIND_LIST_SPLAT:
            break;

        default:
            return true;
        }
    }

    return false;
}


/* Bytes and formatted strings are true with a text of their own. */

static bool
string_is_true(pyexec_arguments_t *arguments, TSNode node)
{
    bool              first;
    pyexec_literal_t  literal;

    if (pyexec_argument_text(arguments, node, &literal)) {
        return literal.len || !literal.exact;
    }

    ts_tree_cursor_reset(&arguments->cursor, node);

    for (first = true; next(arguments, first); first = false) {
        if (kind_of(arguments, ts_tree_cursor_current_node(&arguments->cursor))
            == PYEXEC_KIND_STRING_CONTENT)
        {
            return true;
        }
    }

    return false;
}


bool
pyexec_argument_is_true(pyexec_arguments_t *arguments, TSNode node)
{
    bool         wanted;
    const char  *start, *end;

    /* "not" turns the question around, for a literal that is false. */

    for (wanted = true; !ts_node_is_null(node); /* void */ ) {
        start = arguments->model->code + ts_node_start_byte(node);
        end = arguments->model->code + ts_node_end_byte(node);

        switch (kind_of(arguments, node)) {

        case PYEXEC_KIND_NOT_OPERATOR:
            wanted = !wanted;
            node = child(arguments, node, 0);
            break;

        case PYEXEC_KIND_NAMED_EXPRESSION:
            node = child(arguments, node, 1);
            break;

        case PYEXEC_KIND_PARENTHESIZED:
            node = child(arguments, node, 0);
            break;

        case PYEXEC_KIND_UNARY_OPERATOR:

            if (*start == '~') {
                return wanted;
            }

            node = child(arguments, node, 0);
            break;

        case PYEXEC_KIND_FALSE:
        case PYEXEC_KIND_NONE:
            return !wanted;

        case PYEXEC_KIND_ELLIPSIS:
        case PYEXEC_KIND_GENERATOR:
        case PYEXEC_KIND_LAMBDA:
        case PYEXEC_KIND_TRUE:
            return wanted;

        case PYEXEC_KIND_FLOAT:
        case PYEXEC_KIND_INTEGER:
            return wanted == number_is_true(start, end);

        case PYEXEC_KIND_CONCATENATED_STRING:
        case PYEXEC_KIND_STRING:
            return wanted == string_is_true(arguments, node);

        case PYEXEC_KIND_DICTIONARY:
        case PYEXEC_KIND_LIST:
        case PYEXEC_KIND_SET:
        case PYEXEC_KIND_TUPLE:
            return wanted == has_element(arguments, node);

        default:
            return false;
        }
    }

    return false;
}
