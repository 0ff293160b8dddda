/*
 * The names of a program, each once.  Two spellings that CPython reads as
 * the same identifier (NFKC, and the private names of a class) are the same
 * name.
 */

#ifndef PYEXEC_NAMES_H
#define PYEXEC_NAMES_H

#include "program.h"


/* Names every program has. */

#define PYEXEC_NAME_NONE  0
#define PYEXEC_NAME_STAR  1     /* what a star import binds */


void pyexec_names_init(pyexec_program_t *program);

/*
 * The name written at [start, end) of the code, in a class of the name
 * "class_name" or in none.  0 when memory is short.
 */

uint32_t pyexec_names_add(pyexec_program_t *program, uint32_t start,
    uint32_t end, uint32_t class_name);

/*
 * Makes of a text the one that CPython reads in its place (NFKC): *text and
 * *len become those of a copy in the program's arena.  What is no valid text,
 * or too long for one name, stays as it is.
 */

void pyexec_names_fold(pyexec_program_t *program, const char **text,
    size_t *len);

/* The name of that text, or 0 where the program has none. */

uint32_t pyexec_names_find(const pyexec_program_t *program, const char *text,
    size_t len);


#endif /* PYEXEC_NAMES_H */
