/*
 * A wrapper around the external scanner of the grammar, which the parser asks
 * for every token of a program.
 */

#ifndef PYEXEC_SCANNER_H
#define PYEXEC_SCANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>


struct TSLanguage;


/*
 * The most tokens of a logical line.  Below 65535 by what the levels of
 * indentation of the longest code can add to the stack.
 */
#define PYEXEC_SCANNER_LINE_TOKENS  50000


/* The program that a parser reads; zeroed but for the first two. */

typedef struct {
    const char  *code;
    size_t       len;
    uint32_t     line;      /* offset of the line that is being read */
    uint32_t     tokens;    /* since the last logical line ended */
    unsigned     strays;    /* weight of those without a place, of late */
    uint32_t     error;     /* the line where it stopped */
    size_t       stop;      /* set: the parse shall end */
} pyexec_scanner_input_t;


/* Puts the wrapper into a language; false if it is not the one it is for. */

bool pyexec_scanner_wrap(struct TSLanguage *language);

/*
 * What this thread parses is that input, until it is set to NULL: tree-sitter
 * has no other way to tell a scanner.
 */

void pyexec_scanner_set_input(pyexec_scanner_input_t *input);


#endif /* PYEXEC_SCANNER_H */
