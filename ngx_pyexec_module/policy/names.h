/*
 * The names of a program, each once.  Two spellings that CPython reads as
 * the same identifier (NFKC, and the private names of a class) are the same
 * name.
 */

#ifndef PYEXEC_NAMES_H
#define PYEXEC_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"


/* Names every program has. */

#define PYEXEC_NAME_NONE  0
#define PYEXEC_NAME_STAR  1     /* what a star import binds */


typedef struct {
    const char  *text;          /* after NFKC */
    uint32_t     len;
    uint32_t     hash;
    uint32_t     first;         /* bindings, in the order of the source */
    uint32_t     last;
    bool         tainted;       /* a binding has a value of interest */
    bool         builtin;
} pyexec_name_t;


/* Entry 0 stands for "none". */

typedef struct {
    pyexec_arena_t  *arena;
    const char      *code;

    pyexec_name_t   *list;
    uint32_t         count;
    uint32_t         size;

    uint32_t        *hashes;
    uint32_t         nhashes;
} pyexec_names_t;


/*
 * The names of "code"; both the code and the arena, which tells where memory
 * is short, must live as long.
 */

void pyexec_names_init(pyexec_names_t *names, pyexec_arena_t *arena,
    const char *code);

/*
 * The name written at [start, end) of the code, in a class of the name
 * "class_name" or in none.  0 when memory is short.
 */

uint32_t pyexec_names_add(pyexec_names_t *names, uint32_t start, uint32_t end,
    uint32_t class_name);

/*
 * Makes of a text the one that CPython reads in its place (NFKC): *text and
 * *len become those of a copy in the arena.  What is no valid text, or too
 * long for one name, stays as it is.
 */

void pyexec_names_fold(pyexec_names_t *names, const char **text, size_t *len);

/* The name of that text, or 0 where the program has none. */

uint32_t pyexec_names_find(const pyexec_names_t *names, const char *text,
    size_t len);


#endif /* PYEXEC_NAMES_H */
