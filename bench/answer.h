/*
 * An answer of a server, HTTP/1.1 with a JSON object as its body.
 */

#ifndef BENCH_ANSWER_H
#define BENCH_ANSWER_H

#include <stddef.h>


typedef struct {
    int          status;
    int          keep;      /* whether the connection stays open */
    const char  *body;      /* in the text that was parsed */
} answer_t;


/*
 * Parses text[0..len), which a null byte follows.  Returns 0 while it is not
 * complete; eof says that no more will come.
 */
int answer_parse(const char *text, size_t len, int eof, answer_t *answer);

/* Whether a member of the body's object begins with this piece of JSON. */
int answer_has(const answer_t *answer, const char *member, const char *value);

#endif
