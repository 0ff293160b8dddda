/*
 * A dialect: how clients of one kind write what they ask for, and how they
 * read what they get.  Plain C11: bytes in, bytes out; no nginx and no Python
 * in here.
 *
 * What is written is written in two steps, the length and then the bytes, so
 * that the caller allocates once and exactly.
 */

#ifndef PYEXEC_API_H
#define PYEXEC_API_H

#include "../json/answer.h"
#include "../json/request.h"


typedef struct {
    const char *name;           /* as pyexec_api has it */

    /* As pyexec_request_parse() says. */
    pyexec_request_status_t (*parse)(pyexec_request_t *request,
        const char *body, size_t len, const pyexec_request_limits_t *limits,
        char error[PYEXEC_REQUEST_ERROR_SIZE]);

    /* What a program that ran came to. */
    size_t (*result_length)(const pyexec_answer_t *result);
    unsigned char *(*result)(unsigned char *p, const pyexec_answer_t *result);

    /* Why none ran. */
    size_t (*refusal_length)(const pyexec_refusal_t *refusal);
    unsigned char *(*refuse)(unsigned char *p,
        const pyexec_refusal_t *refusal);
} pyexec_api_t;


#endif /* PYEXEC_API_H */
