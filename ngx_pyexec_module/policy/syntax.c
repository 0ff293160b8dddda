/*
 * Two things are known of libtree-sitter 0.20 that matter inside a server.
 * A node counts its children in 16 bits, so that an error that wraps more of
 * them corrupts the heap; and error recovery takes far more time and memory
 * than parsing.  The policy has no use for a tree with an error.
 *
 * Both are settled in one place that the parser passes for every token: the
 * external scanner.  A wrapper around it notices that recovery begins and
 * ends the parse there; and it counts the tokens between two ends of logical
 * lines, for between those alone the parser's stack can grow.
 */

#define _POSIX_C_SOURCE  200809L

/* The grammar's header; it must come before the library's. */
#include <tree_sitter/parser.h>

#include "syntax.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>


/*
 * Below 65535 by what the levels of indentation of the longest code can add
 * to the stack.
 */
#define PYEXEC_SYNTAX_LINE_TOKENS   50000
#define PYEXEC_SYNTAX_CODE_MAX      (4 * 1024 * 1024)

/* Four in a row, or more than one in five tokens. */
#define PYEXEC_SYNTAX_STRAY_WEIGHT  4
#define PYEXEC_SYNTAX_STRAYS        15

/*
 * CPU time, some thirty times what honest code takes.  The parser knows wall
 * time only: it works in slices, and is asked for the next one while there
 * is CPU time left.
 */
#define PYEXEC_SYNTAX_TIME_BASE     30000000     /* ns */
#define PYEXEC_SYNTAX_TIME_BYTE     3000         /* ns */
#define PYEXEC_SYNTAX_SLICE         5000         /* us */

/* The order of the grammar's external tokens. */
#define PYEXEC_SYNTAX_NEWLINE       0
#define PYEXEC_SYNTAX_INDENT        1
#define PYEXEC_SYNTAX_DEDENT        2
#define PYEXEC_SYNTAX_CONTENT       4
#define PYEXEC_SYNTAX_CLOSE         8
#define PYEXEC_SYNTAX_TOKENS        12


struct pyexec_syntax_s {
    TSLanguage   language;
    uint32_t     count;
    uint8_t      kinds[];
};


typedef struct {
    const char  *code;
    size_t       len;
    uint32_t     line;      /* offset of the line that is being read */
    uint32_t     tokens;    /* since the last logical line ended */
    unsigned     strays;    /* weight of those without a place, of late */
    uint32_t     error;
    size_t       stop;      /* what tree-sitter calls a cancellation flag */
} pyexec_syntax_input_t;


typedef struct {
    void                   *inner;
    pyexec_syntax_input_t  *input;
} pyexec_syntax_scanner_t;


const TSLanguage *tree_sitter_python(void);


/* create() has no argument: this hands the input of a parse over to it. */

static _Thread_local pyexec_syntax_input_t  *current;


static void *
scanner_create(void)
{
    pyexec_syntax_scanner_t  *scanner;

    scanner = malloc(sizeof(pyexec_syntax_scanner_t));
    if (scanner == NULL) {
        return NULL;
    }

    scanner->input = current;
    scanner->inner = tree_sitter_python()->external_scanner.create();

    return scanner;
}


static void
scanner_destroy(void *payload)
{
    pyexec_syntax_scanner_t  *scanner = payload;

    if (scanner == NULL) {
        return;
    }

    tree_sitter_python()->external_scanner.destroy(scanner->inner);
    free(scanner);
}


static bool
scanner_scan(void *payload, TSLexer *lexer, const bool *valid)
{
    bool                      found, wanted[PYEXEC_SYNTAX_TOKENS];
    pyexec_syntax_input_t    *input;
    pyexec_syntax_scanner_t  *scanner = payload;

    if (scanner == NULL) {
        return false;
    }

    input = scanner->input;

    /*
     * For the sake of recovery the scanner ends a block where none can end,
     * unless it knows that a bracket is open.  It does not know after an
     * operator, and took the line that follows for an error.
     */

    memcpy(wanted, valid, sizeof(wanted));
    wanted[PYEXEC_SYNTAX_CLOSE] |= !valid[PYEXEC_SYNTAX_DEDENT];

    found = tree_sitter_python()->external_scanner.scan(scanner->inner, lexer,
                                                        wanted);

    if (found && lexer->result_symbol == PYEXEC_SYNTAX_NEWLINE) {
        input->tokens = 0;

    } else if (!found || !valid[PYEXEC_SYNTAX_CONTENT]) {

        /* The pieces of a string do not add to the stack. */

        input->tokens++;
    }

    /*
     * Content of a string and an indentation cannot be valid at one place:
     * the parser is looking for whatever token there is.  It does so at once
     * for a reading of the program that just turned out wrong beside a right
     * one; again and again, it is recovering.
     */

    if (valid[PYEXEC_SYNTAX_CONTENT] && valid[PYEXEC_SYNTAX_INDENT]) {
        input->strays += PYEXEC_SYNTAX_STRAY_WEIGHT;

    } else if (input->strays) {
        input->strays--;
    }

    if (!input->stop
        && (input->tokens > PYEXEC_SYNTAX_LINE_TOKENS
            || input->strays > PYEXEC_SYNTAX_STRAYS))
    {
        input->stop = 1;
        input->error = input->line;
    }

    return found;
}


static unsigned
scanner_serialize(void *payload, char *buffer)
{
    pyexec_syntax_scanner_t  *scanner = payload;

    if (scanner == NULL) {
        return 0;
    }

    return tree_sitter_python()->external_scanner.serialize(scanner->inner,
                                                            buffer);
}


static void
scanner_deserialize(void *payload, const char *buffer, unsigned length)
{
    pyexec_syntax_scanner_t  *scanner = payload;

    if (scanner == NULL) {
        return;
    }

    tree_sitter_python()->external_scanner.deserialize(scanner->inner, buffer,
                                                       length);
}


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

    if (language->external_token_count != PYEXEC_SYNTAX_TOKENS) {
        return NULL;
    }

    syntax = malloc(sizeof(pyexec_syntax_t) + count);
    if (syntax == NULL) {
        return NULL;
    }

    syntax->count = count;
    syntax->language = *language;
    syntax->language.external_scanner.create = scanner_create;
    syntax->language.external_scanner.destroy = scanner_destroy;
    syntax->language.external_scanner.scan = scanner_scan;
    syntax->language.external_scanner.serialize = scanner_serialize;
    syntax->language.external_scanner.deserialize = scanner_deserialize;

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


static const char *
read_all(void *payload, uint32_t byte, TSPoint point, uint32_t *length)
{
    pyexec_syntax_input_t  *input = payload;

    (void) point;

    *length = byte < input->len ? (uint32_t) (input->len - byte) : 0;

    return input->code + input->len - *length;
}


/* Reading line by line tells where the parser is, at a price. */

static const char *
read_line(void *payload, uint32_t byte, TSPoint point, uint32_t *length)
{
    const char             *start, *end;
    pyexec_syntax_input_t  *input = payload;

    start = read_all(payload, byte, point, length);
    input->line = byte - point.column;

    end = memchr(start, '\n', *length);

    if (end) {
        *length = (uint32_t) (end + 1 - start);
    }

    return start;
}


static int64_t
cpu_time(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);

    return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}


static TSTree *
parse(const pyexec_syntax_t *syntax, pyexec_syntax_input_t *input,
    const char *(*read)(void *, uint32_t, TSPoint, uint32_t *))
{
    TSTree    *tree;
    int64_t    end;
    TSInput    source;
    TSParser  *parser;

    source.payload = input;
    source.read = read;
    source.encoding = TSInputEncodingUTF8;

    parser = ts_parser_new();

    current = input;
    ts_parser_set_language(parser, &syntax->language);
    current = NULL;

    ts_parser_set_cancellation_flag(parser, &input->stop);
    ts_parser_set_timeout_micros(parser, PYEXEC_SYNTAX_SLICE);

    end = cpu_time() + PYEXEC_SYNTAX_TIME_BASE
          + (int64_t) input->len * PYEXEC_SYNTAX_TIME_BYTE;

    do {
        tree = ts_parser_parse(parser, NULL, source);
    } while (tree == NULL && !input->stop && cpu_time() < end);

    ts_parser_delete(parser);

    return tree;
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


TSTree *
pyexec_syntax_parse(const pyexec_syntax_t *syntax, const char *code,
    size_t len, uint32_t *error)
{
    TSTree                 *tree;
    pyexec_syntax_input_t   input;

    *error = 0;

    if (len > PYEXEC_SYNTAX_CODE_MAX) {
        return NULL;
    }

    memset(&input, 0, sizeof(input));
    input.code = code;
    input.len = len;

    tree = parse(syntax, &input, read_all);

    if (tree && !ts_node_has_error(ts_tree_root_node(tree))) {
        return tree;
    }

    if (tree == NULL && input.stop) {
        input.stop = 0;
        input.tokens = 0;
        input.strays = 0;

        tree = parse(syntax, &input, read_line);
        *error = input.error;
    }

    if (tree) {
        *error = find_error(code, tree);
        ts_tree_delete(tree);
    }

    return NULL;
}
