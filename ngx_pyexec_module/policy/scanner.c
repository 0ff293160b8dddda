/*
 * Two things are known of libtree-sitter that matter inside a server.  Up to
 * 0.20 a node counts its children in 16 bits, so that an error that wraps more
 * of them corrupts the heap; and in every version error recovery takes far
 * more time and memory than parsing.  The policy has no use for a tree with an
 * error.
 *
 * So the wrapper notices that recovery goes on and ends the parse there, and
 * it counts the tokens between two ends of logical lines, for between those
 * alone the parser's stack can grow.
 */

/* The grammar's header; it must come before the library's. */
#include <tree_sitter/parser.h>

#include "scanner.h"

#include <string.h>

#include <tree_sitter/api.h>


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


const TSLanguage *tree_sitter_python(void);


/*
 * The library decides when it creates a scanner, and it did so at different
 * moments over the years; but it scans for nobody but who called it to parse.
 */
static _Thread_local pyexec_scanner_input_t  *current;


static bool
scan(void *payload, TSLexer *lexer, const bool *valid)
{
    bool                     found, wanted[PYEXEC_SCANNER_TOKENS];
    pyexec_scanner_input_t  *input;

    input = current;

    if (input == NULL) {
        return false;
    }

    /*
     * For the sake of recovery the scanner ends a block where none can end,
     * unless it knows that a bracket is open.  It does not know after an
     * operator, and takes the line that follows for an error.
     */

    memcpy(wanted, valid, sizeof(wanted));
    wanted[PYEXEC_SCANNER_CLOSE] |= !valid[PYEXEC_SCANNER_DEDENT];

    found = tree_sitter_python()->external_scanner.scan(payload, lexer, wanted);

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


bool
pyexec_scanner_wrap(TSLanguage *language)
{
    if (language->external_token_count != PYEXEC_SCANNER_TOKENS) {
        return false;
    }

    language->external_scanner.scan = scan;

    return true;
}


void
pyexec_scanner_set_input(pyexec_scanner_input_t *input)
{
    current = input;
}
