/*
 * The body of a POST, as the contract of the endpoint defines it, turned
 * into what a run needs.  Plain C11: no nginx and no Python in here.
 */

#ifndef PYEXEC_REQUEST_H
#define PYEXEC_REQUEST_H

#include <stddef.h>


/* The longest message that pyexec_request_parse() writes, with its NUL. */
#define PYEXEC_REQUEST_ERROR_SIZE  128


typedef struct {
    double       timeout;       /* seconds, the location's limit for a run */
    size_t       code;          /* bytes, the location's limit for the code */
} pyexec_request_limits_t;


/*
 * "timeout" is the limit when absent, and never above it.  An optional field
 * that is null is absent.
 *
 * Every string is valid UTF-8, holds no U+0000 and ends with a NUL that its
 * length does not count.  All memory belongs to the request.
 */

typedef struct {
    const char  *data;
    size_t       len;
} pyexec_request_string_t;


typedef struct {
    pyexec_request_string_t   code;
    pyexec_request_string_t   input;     /* "stdin"; empty when absent */
    pyexec_request_string_t  *args;
    size_t                    nargs;
    double                    timeout;   /* seconds, > 0 however small */

    void                     *document;  /* private: owns the strings */
} pyexec_request_t;


typedef enum {
    PYEXEC_REQUEST_OK,
    PYEXEC_REQUEST_INVALID,              /* answered 400 */
    PYEXEC_REQUEST_TOO_LARGE,            /* answered 413: the code */
    PYEXEC_REQUEST_NO_MEMORY             /* answered 500 */
} pyexec_request_status_t;


/*
 * Parses "len" bytes at "body" (not NUL-terminated, any bytes).
 *
 * On PYEXEC_REQUEST_OK "request" is filled and must be given to
 * pyexec_request_free().  On anything else there is nothing to free and
 * "error" holds the message for the client, NUL-terminated ASCII.
 */

pyexec_request_status_t pyexec_request_parse(pyexec_request_t *request,
    const char *body, size_t len, const pyexec_request_limits_t *limits,
    char error[PYEXEC_REQUEST_ERROR_SIZE]);

void pyexec_request_free(pyexec_request_t *request);


#endif /* PYEXEC_REQUEST_H */
