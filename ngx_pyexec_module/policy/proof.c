/* The grammar's header; it must come before the library's. */
#include <tree_sitter/parser.h>

#include "proof.h"

#include <string.h>

#include "parse.h"
#include "scanner.h"


#define PYEXEC_PROOF_LINES  2000

/* A second: what ends a parse here is something else. */
#define PYEXEC_PROOF_TIME   1000000000  /* ns */

/* The error has to be noticed before this much of a program is read. */
#define PYEXEC_PROOF_ERROR  1000


/* Each kind that rules depend on has a node in the grammar. */

static const char *
prove_kinds(const pyexec_syntax_t *syntax)
{
    uint32_t        i, count;
    const uint8_t  *kinds;
    unsigned char   found[PYEXEC_KIND_ERROR];

    memset(found, 0, sizeof(found));
    kinds = pyexec_syntax_kinds(syntax, &count);

    for (i = 0; i < count; i++) {
        found[kinds[i]] = 1;
    }

    /* From 0.25 on the grammar has one clause for "except" and "except*". */

    found[PYEXEC_KIND_EXCEPT_GROUP_CLAUSE] = 1;

    for (i = 0; i < PYEXEC_KIND_ERROR; i++) {
        if (!found[i]) {
            return "the grammar lacks a kind of node that the policy knows";
        }
    }

    return NULL;
}


static bool
is_read(const pyexec_syntax_t *syntax, const char *code)
{
    bool       read;
    TSTree    *tree;
    uint32_t   error;

    tree = pyexec_syntax_parse(syntax, code, strlen(code), &error);
    read = tree != NULL;

    ts_tree_delete(tree);

    return read;
}


/* The last one is read right with the help of the wrapper only. */

static const char *
prove_reading(const pyexec_syntax_t *syntax)
{
    if (!is_read(syntax, "import os\nprint(f'{os.name!r:>{9}}')\n")
        || !is_read(syntax, "if a:\n    b\nelse:\n    match c:\n"
                            "        case [1, *_]:\n            pass\n")
        || !is_read(syntax, "if a:\n    b = (c +\nd)\n"))
    {
        return "the library does not read Python with this grammar";
    }

    if (is_read(syntax, "a = (b\n")) {
        return "the library takes an error for a program";
    }

    return NULL;
}


static const char *
read_all(void *payload, uint32_t byte, TSPoint point, uint32_t *length)
{
    pyexec_scanner_input_t  *input = payload;

    (void) point;

    if (byte > input->line) {
        input->line = byte;
    }

    *length = byte < input->len ? (uint32_t) (input->len - byte) : 0;

    /* In pieces, to be told how far the parser came. */

    if (*length > 1) {
        *length = 1;
    }

    return input->code + (byte < input->len ? byte : input->len);
}


/*
 * Whether the parse of many lines, all the same, is ended; "*input" says why,
 * and input->line how many bytes of them were read.
 */

static bool
is_ended(const pyexec_syntax_t *syntax, const char *line,
    pyexec_scanner_input_t *input, int64_t slice, int64_t time)
{
    char                    code[PYEXEC_PROOF_LINES * 2];
    size_t                  i, len;
    TSTree                 *tree;
    pyexec_parse_limits_t   limits;

    len = strlen(line);

    for (i = 0; i + len <= sizeof(code); i += len) {
        memcpy(code + i, line, len);
    }

    input->code = code;
    input->len = i;
    input->line = 0;

    limits.slice = slice;
    limits.time = time;

    tree = pyexec_parse(pyexec_syntax_language(syntax), input, read_all,
                        &limits);

    if (tree) {
        ts_tree_delete(tree);
        return false;
    }

    return true;
}


static const char *
prove_ends(const pyexec_syntax_t *syntax)
{
    pyexec_scanner_input_t  input;

    memset(&input, 0, sizeof(input));

    if (!is_ended(syntax, "a\n", &input, 1000, 0) || input.stop) {
        return "the library does not end a parse whose time is over";
    }

    memset(&input, 0, sizeof(input));
    input.tokens = PYEXEC_SCANNER_LINE_TOKENS - PYEXEC_PROOF_LINES / 4;

    if (!is_ended(syntax, "(,", &input, PYEXEC_PROOF_TIME, PYEXEC_PROOF_TIME)
        || !input.stop)
    {
        return "the library does not ask the scanner for each token";
    }

    memset(&input, 0, sizeof(input));

    if (!is_ended(syntax, ")?", &input, PYEXEC_PROOF_TIME, PYEXEC_PROOF_TIME)
        || !input.stop || input.line > PYEXEC_PROOF_ERROR)
    {
        return "the library does not show that it recovers from an error";
    }

    return NULL;
}


const char *
pyexec_proof(const pyexec_syntax_t *syntax)
{
    const char  *failure;

    failure = prove_kinds(syntax);

    if (failure == NULL) {
        failure = prove_reading(syntax);
    }

    if (failure == NULL) {
        failure = prove_ends(syntax);
    }

    return failure;
}
