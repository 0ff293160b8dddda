/* The grammar's header; it must come before the library's. */
#include <tree_sitter/parser.h>

#include "syntax.h"

#include <stdlib.h>
#include <string.h>

#include "parse.h"
#include "scanner.h"


#define PYEXEC_SYNTAX_CODE_MAX   (4 * 1024 * 1024)

/* CPU time, some thirty times what honest code takes. */
#define PYEXEC_SYNTAX_TIME_BASE  30000000   /* ns */
#define PYEXEC_SYNTAX_TIME_BYTE  3000       /* ns */
#define PYEXEC_SYNTAX_SLICE      5000000    /* ns */


struct pyexec_syntax_s {
    TSLanguage  language;
    bool        wrapped;
    uint32_t    count;
    uint8_t     kinds[];
};


const TSLanguage *tree_sitter_python(void);


pyexec_syntax_t *
pyexec_syntax_create(void)
{
    uint32_t           i, count;
    pyexec_kind_t      kind;
    const char        *name;
    pyexec_syntax_t   *syntax;
    const TSLanguage  *language;

#define PYEXEC_SYNTAX_NAME(constant, name)  name,

    static const char *const  names[] = {
        PYEXEC_KINDS(PYEXEC_SYNTAX_NAME)
    };

    language = tree_sitter_python();
    count = ts_language_symbol_count(language);

    syntax = malloc(sizeof(pyexec_syntax_t) + count);
    if (syntax == NULL) {
        return NULL;
    }

    syntax->count = count;
    syntax->language = *language;

    syntax->wrapped = pyexec_scanner_wrap(&syntax->language);

    for (i = 0; i < count; i++) {
        name = ts_language_symbol_name(language, (TSSymbol) i);

        if (ts_language_symbol_type(language, (TSSymbol) i)
            != TSSymbolTypeRegular)
        {
            syntax->kinds[i] = strcmp(name, ",") == 0 ? PYEXEC_KIND_COMMA
                                                      : PYEXEC_KIND_TOKEN;
            continue;
        }

        syntax->kinds[i] = PYEXEC_KIND_OTHER;

        for (kind = PYEXEC_KIND_COMMA + 1; kind < PYEXEC_KIND_ERROR; kind++) {
            if (strcmp(name, names[kind - PYEXEC_KIND_COMMA - 1]) == 0) {
                syntax->kinds[i] = (uint8_t) kind;
                break;
            }
        }
    }

    return syntax;
}


void
pyexec_syntax_free(pyexec_syntax_t *syntax)
{
    free(syntax);
}


const uint8_t *
pyexec_syntax_kinds(const pyexec_syntax_t *syntax, uint32_t *count)
{
    *count = syntax->count;

    return syntax->kinds;
}


const TSLanguage *
pyexec_syntax_language(const pyexec_syntax_t *syntax)
{
    return &syntax->language;
}


static const char *
read_all(void *payload, uint32_t byte, TSPoint point, uint32_t *length)
{
    pyexec_scanner_input_t  *input = payload;

    (void) point;

    *length = byte < input->len ? (uint32_t) (input->len - byte) : 0;

    return input->code + input->len - *length;
}


/* Reading line by line tells where the parser is, at a price. */

static const char *
read_line(void *payload, uint32_t byte, TSPoint point, uint32_t *length)
{
    const char              *start, *end;
    pyexec_scanner_input_t  *input = payload;

    start = read_all(payload, byte, point, length);
    input->line = byte - point.column;

    end = memchr(start, '\n', *length);

    if (end) {
        *length = (uint32_t) (end + 1 - start);
    }

    return start;
}


static TSTree *
parse(const pyexec_syntax_t *syntax, pyexec_scanner_input_t *input,
    pyexec_parse_read_pt read)
{
    pyexec_parse_limits_t  limits;

    input->tokens = 0;
    input->strays = 0;
    input->stop = 0;

    limits.slice = PYEXEC_SYNTAX_SLICE;
    limits.time = PYEXEC_SYNTAX_TIME_BASE
                  + (int64_t) input->len * PYEXEC_SYNTAX_TIME_BYTE;

    return pyexec_parse(&syntax->language, input, read, &limits);
}


/* The first line with an error, which may be a token that is not there. */

static uint32_t
find_error(const char *code, TSTree *tree)
{
    bool          more;
    TSNode        node;
    uint32_t      offset;
    TSTreeCursor  cursor;

    node = ts_tree_root_node(tree);
    cursor = ts_tree_cursor_new(node);
    more = ts_tree_cursor_goto_first_child(&cursor);

    while (more) {

        if (ts_node_has_error(ts_tree_cursor_current_node(&cursor))) {
            node = ts_tree_cursor_current_node(&cursor);
            more = ts_tree_cursor_goto_first_child(&cursor);
            continue;
        }

        more = ts_tree_cursor_goto_next_sibling(&cursor);
    }

    ts_tree_cursor_delete(&cursor);

    offset = ts_node_start_byte(node);

    while (offset > 0 && code[offset - 1] != '\n') {
        offset--;
    }

    return offset;
}


/* The tree of a program without an error, as pyexec_syntax_parse() has it. */

static TSTree *
parse_whole(const pyexec_syntax_t *syntax, const char *code, size_t len,
    uint32_t *error)
{
    TSTree                  *tree;
    pyexec_scanner_input_t   input;

    memset(&input, 0, sizeof(input));
    input.code = code;
    input.len = len;

    tree = parse(syntax, &input, read_all);

    if (tree && !ts_node_has_error(ts_tree_root_node(tree))) {
        return tree;
    }

    if (tree == NULL && input.stop) {
        tree = parse(syntax, &input, read_line);
        *error = input.error;
    }

    if (tree) {
        *error = find_error(code, tree);
        ts_tree_delete(tree);
    }

    return NULL;
}


static const char *
skip_digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9') {
        p++;
    }

    return p;
}


/*
 * Whether a format of numbers begins there, as "=^10" or "=+8.2f" in
 * f"{x:=^10}".  A letter alone is not taken for one: the rest of a program
 * has {x:=e}.
 */

static bool
is_format(const char *start, const char *end)
{
    const char  *p;

    p = start + 1;

    p += p < end && strchr("<>^=", *p) != NULL;
    p += p < end && strchr("+- ", *p) != NULL;
    p += p < end && *p == '#';
    p = skip_digits(p, end);
    p += p < end && strchr(",_", *p) != NULL;

    if (p < end && *p == '.') {
        p = skip_digits(p + 1, end);
    }

    if (p == start + 1) {
        return false;
    }

    p += p < end && strchr("bcdeEfFgGnosxX%", *p) != NULL;

    return p < end && (*p == '}' || *p == '{');
}


/*
 * The grammar reads a walrus in a formatted string where a format begins
 * with an equals sign.  The copy has a blank in its place; NULL where there
 * is no such format, and no use in another try.
 */

static char *
copy_without_walrus(const char *code, size_t len)
{
    char        *copy;
    const char  *p, *end;

    copy = NULL;
    end = code + len;

    for (p = memchr(code, ':', len); p && p + 1 < end;
         p = memchr(p + 1, ':', (size_t) (end - p - 1)))
    {
        if (p[1] != '=' || !is_format(p + 1, end)) {
            continue;
        }

        if (copy == NULL) {
            copy = malloc(len);
            if (copy == NULL) {
                return NULL;
            }

            memcpy(copy, code, len);
        }

        copy[p + 1 - code] = ' ';
    }

    return copy;
}


TSTree *
pyexec_syntax_parse(const pyexec_syntax_t *syntax, const char *code,
    size_t len, uint32_t *error)
{
    char      *copy;
    TSTree    *tree;
    uint32_t   ignored;

    *error = 0;

    if (len > PYEXEC_SYNTAX_CODE_MAX || !syntax->wrapped) {
        return NULL;
    }

    tree = parse_whole(syntax, code, len, error);

    if (tree == NULL) {
        copy = copy_without_walrus(code, len);

        if (copy) {
            tree = parse_whole(syntax, copy, len, &ignored);
            free(copy);
        }
    }

    return tree;
}
