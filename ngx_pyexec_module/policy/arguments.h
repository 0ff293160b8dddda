/*
 * The arguments of a call, and what those of them that are literals say.
 */

#ifndef PYEXEC_ARGUMENTS_H
#define PYEXEC_ARGUMENTS_H

#include "literal.h"
#include "model.h"
#include "syntax.h"


typedef struct {
    pyexec_model_t  *model;
    const uint8_t   *kinds;
    uint32_t         nkinds;
    TSTreeCursor     cursor;    /* the functions below move it */
    int64_t          budget;    /* of nodes to look at */
} pyexec_arguments_t;


/*
 * The argument at a position, counted from 0, or of a keyword; a null node
 * where there is none.
 */

TSNode pyexec_argument(pyexec_arguments_t *arguments, TSNode call,
    unsigned position, const char *keyword);

/* The key of a subscript. */

TSNode pyexec_argument_key(pyexec_arguments_t *arguments, TSNode subscript);

/* See pyexec_literal_string(); a null node is no string. */

bool pyexec_argument_text(pyexec_arguments_t *arguments, TSNode node,
    pyexec_literal_t *literal);

/* The same for a text that is known exactly. */

bool pyexec_argument_string(pyexec_arguments_t *arguments, TSNode node,
    pyexec_literal_t *literal);

/* Whether it is the literal of an integer. */

bool pyexec_argument_is_integer(pyexec_arguments_t *arguments, TSNode node);

/* Whether it is a literal that is true. */

bool pyexec_argument_is_true(pyexec_arguments_t *arguments, TSNode node);


#endif /* PYEXEC_ARGUMENTS_H */
