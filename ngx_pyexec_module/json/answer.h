/*
 * The JSON bodies that the endpoint answers with.  Plain C11: no nginx and
 * no Python in here.
 *
 * Both bodies are written in two steps, the length and then the bytes, so
 * that the caller allocates once and exactly.
 */

#ifndef PYEXEC_ANSWER_H
#define PYEXEC_ANSWER_H

#include <stddef.h>
#include <stdint.h>


/* Any bytes; what is not UTF-8 is answered as U+FFFD. */

typedef struct {
    const unsigned char  *data;
    size_t                len;
} pyexec_answer_bytes_t;


typedef struct {
    pyexec_answer_bytes_t   output;
    pyexec_answer_bytes_t   error;
    const char             *notice;     /* a last line for "error", or NULL */
    int                     returncode; /* 0..255, or -N for signal N */
    double                  execution_time;                 /* seconds */
    const char             *status;     /* ASCII */
    double                  cpu_time;                       /* seconds */
    uint64_t                memory;                         /* bytes */
} pyexec_answer_t;


typedef struct {
    const char             *error;      /* NUL-terminated UTF-8 */
    unsigned                line;       /* 1-based; 0: the body has no ... */
    unsigned                column;     /* ... "line" and "column" */
} pyexec_refusal_t;


/* The exact number of bytes that the write function of that body writes. */

size_t pyexec_answer_length(const pyexec_answer_t *answer);
size_t pyexec_refusal_length(const pyexec_refusal_t *refusal);

/* Writes without a final NUL and returns where the body ends. */

unsigned char *pyexec_answer_write(unsigned char *p,
    const pyexec_answer_t *answer);
unsigned char *pyexec_refusal_write(unsigned char *p,
    const pyexec_refusal_t *refusal);


#endif /* PYEXEC_ANSWER_H */
