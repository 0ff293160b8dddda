/*
 * Two things are known of libtree-sitter 0.20 that matter inside a server.
 * A node counts its children in 16 bits, so that an error that wraps more of
 * them corrupts the heap; and error recovery takes far more time and memory
 * than parsing.  The policy has no use for a tree with an error.
 *
 * So the wrapper notices that recovery goes on and ends the parse there, and
 * it counts the tokens between two ends of logical lines, for between those
 * alone the parser's stack can grow.
 */

/* The grammar's header; it must come before the library's. */
#include <tree_sitter/parser.h>

#include "scanner.h"

#include <stdlib.h>
#include <string.h>

#include <tree_sitter/api.h>


/*
 * Below 65535 by what the levels of indentation of the longest code can add
 * to the stack.
 */
#define PYEXEC_SCANNER_LINE_TOKENS   50000

/* Four in a row, or more than one in five tokens. */
#define PYEXEC_SCANNER_STRAY_WEIGHT  4
#define PYEXEC_SCANNER_STRAYS        15

/* The order of the grammar's external tokens. */
#define PYEXEC_SCANNER_NEWLINE       0
#define PYEXEC_SCANNER_INDENT        1
#define PYEXEC_SCANNER_DEDENT        2
#define PYEXEC_SCANNER_CONTENT       4
#define PYEXEC_SCANNER_CLOSE         8
#define PYEXEC_SCANNER_TOKENS        12


typedef struct {
    void                    *inner;
    pyexec_scanner_input_t  *input;
} scanner_t;


const TSLanguage *tree_sitter_python(void);


static _Thread_local pyexec_scanner_input_t  *current;


static void *
create(void)
{
    scanner_t  *scanner;

    scanner = malloc(sizeof(scanner_t));
    if (scanner == NULL) {
        return NULL;
    }

    scanner->input = current;
    scanner->inner = tree_sitter_python()->external_scanner.create();

    return scanner;
}


static void
destroy(void *payload)
{
    scanner_t  *scanner = payload;

    if (scanner == NULL) {
        return;
    }

    tree_sitter_python()->external_scanner.destroy(scanner->inner);
    free(scanner);
}


static bool
scan(void *payload, TSLexer *lexer, const bool *valid)
{
    bool                     found, wanted[PYEXEC_SCANNER_TOKENS];
    scanner_t               *scanner = payload;
    pyexec_scanner_input_t  *input;

    if (scanner == NULL) {
        return false;
    }

    input = scanner->input;

    /*
     * For the sake of recovery the scanner ends a block where none can end,
     * unless it knows that a bracket is open.  It does not know after an
     * operator, and takes the line that follows for an error.
     */

    memcpy(wanted, valid, sizeof(wanted));
    wanted[PYEXEC_SCANNER_CLOSE] |= !valid[PYEXEC_SCANNER_DEDENT];

    found = tree_sitter_python()->external_scanner.scan(scanner->inner, lexer,
                                                        wanted);

    if (found && lexer->result_symbol == PYEXEC_SCANNER_NEWLINE) {
        input->tokens = 0;

    } else if (!found || !valid[PYEXEC_SCANNER_CONTENT]) {

        /* The pieces of a string do not add to the stack. */

        input->tokens++;
    }

    /*
     * Content of a string and an indentation cannot be valid at one place:
     * the parser is looking for whatever token there is.  It does so once
     * for a reading of the program that just turned out wrong beside a right
     * one; again and again, it is recovering.
     */

    if (valid[PYEXEC_SCANNER_CONTENT] && valid[PYEXEC_SCANNER_INDENT]) {
        input->strays += PYEXEC_SCANNER_STRAY_WEIGHT;

    } else if (input->strays) {
        input->strays--;
    }

    if (!input->stop
        && (input->tokens > PYEXEC_SCANNER_LINE_TOKENS
            || input->strays > PYEXEC_SCANNER_STRAYS))
    {
        input->stop = 1;
        input->error = input->line;
    }

    return found;
}


static unsigned
serialize(void *payload, char *buffer)
{
    scanner_t  *scanner = payload;

    if (scanner == NULL) {
        return 0;
    }

    return tree_sitter_python()->external_scanner.serialize(scanner->inner,
                                                            buffer);
}


static void
deserialize(void *payload, const char *buffer, unsigned length)
{
    scanner_t  *scanner = payload;

    if (scanner == NULL) {
        return;
    }

    tree_sitter_python()->external_scanner.deserialize(scanner->inner, buffer,
                                                       length);
}


bool
pyexec_scanner_wrap(TSLanguage *language)
{
    if (language->external_token_count != PYEXEC_SCANNER_TOKENS) {
        return false;
    }

    language->external_scanner.create = create;
    language->external_scanner.destroy = destroy;
    language->external_scanner.scan = scan;
    language->external_scanner.serialize = serialize;
    language->external_scanner.deserialize = deserialize;

    return true;
}


void
pyexec_scanner_set_input(pyexec_scanner_input_t *input)
{
    current = input;
}
