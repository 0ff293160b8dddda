/*
 * What literals of Python's come to.
 */

#ifndef PYEXEC_LITERAL_H
#define PYEXEC_LITERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>


/* No string that the policy asks for is longer. */
#define PYEXEC_LITERAL_SIZE  256


typedef struct {
    char    text[PYEXEC_LITERAL_SIZE];  /* UTF-8, ends with a NUL */
    size_t  len;
    bool    exact;      /* all of it, and no U+FFFD in place of another */
} pyexec_literal_t;


/*
 * Decodes the string literals, one or several side by side, that "len" bytes
 * of source consist of.  False for bytes, and for what only a run can tell.
 */

bool pyexec_literal_string(const char *source, size_t len,
    pyexec_literal_t *literal);


#endif /* PYEXEC_LITERAL_H */
