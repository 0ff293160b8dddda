/*
 * A program that the parser does not know, checked by a text that the sandbox
 * has written in its place: see zygote/rewrite.py.  The reply that brings the
 * text comes from a process that has compiled hostile code; it may hold any
 * bytes.
 *
 * A reply is PYEXEC_REWRITTEN_MAGIC, without its NUL; two 32-bit numbers, the
 * length of the text and the count of marks; the marks; and the text, to the
 * end of the reply.  A mark is a pyexec_rewritten_mark_t, all numbers are as
 * this machine has them.
 */

#ifndef PYEXEC_REWRITTEN_H
#define PYEXEC_REWRITTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy.h"


#define PYEXEC_REWRITTEN_MAGIC  "pyexec rewritten 1\n"


/*
 * What stands at "line" and "column" of the text, and after it up to the next
 * mark or the end of the line, stands at "program_line" and "program_column"
 * of the program, and after it.  Lines and columns count from 1, in
 * characters; the marks are in the order of the text.
 */

typedef struct {
    uint32_t  line;
    uint32_t  column;
    uint32_t  program_line;
    uint32_t  program_column;
} pyexec_rewritten_mark_t;


/* Pieces of the reply; the marks are not aligned. */

typedef struct {
    const char  *text;
    size_t       len;
    const char  *marks;
    size_t       nmarks;
} pyexec_rewritten_t;


/*
 * The most bytes that an honest reply to a program of that size has; what is
 * longer need not be read.
 */

size_t pyexec_rewritten_limit(size_t code_len);

/*
 * Takes a reply apart; what is found in it points into the reply.  False where
 * it is no reply, or a text that the policy must not be asked about.
 */

bool pyexec_rewritten_parse(pyexec_rewritten_t *rewritten, const char *reply,
    size_t reply_len);

/*
 * Turns a line and a column of the text into those of the program, "code".
 * They are always within it; where nothing is known, they are 1 and 1.
 */

void pyexec_rewritten_position(const pyexec_rewritten_t *rewritten,
    const char *code, size_t code_len, uint32_t *line, uint32_t *column);

/*
 * Decides over a program that pyexec_policy_check() found unanalysable, by the
 * text of a reply: "verdict", which is that of the program, becomes an allowed
 * or a refused one, told at a place in the program.  It stays as it is where
 * the reply is of no use or the parser does not know the text either.
 */

void pyexec_rewritten_check(const pyexec_policy_t *policy, const char *code,
    size_t code_len, const char *reply, size_t reply_len,
    pyexec_policy_verdict_t *verdict);


#endif /* PYEXEC_REWRITTEN_H */
