/*
 * Any bytes as the body of a request: what is accepted keeps the promises of
 * request.h, what is refused gets a message that can be shown, and accepted
 * code that is written as JSON is read back as it was.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "json/answer.h"
#include "json/request.h"

#include "check.h"


#define CODE_LIMIT  64


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const pyexec_request_limits_t  limits = { .timeout = 5,
                                                 .code = CODE_LIMIT };


static void
check_string(const pyexec_request_string_t *string)
{
    size_t               i;
    utf8proc_int32_t     codepoint;
    utf8proc_ssize_t     n;

    CHECK(string->data != NULL);
    CHECK(strlen(string->data) == string->len);

    for (i = 0; i < string->len; i += (size_t) n) {
        n = utf8proc_iterate((const utf8proc_uint8_t *) string->data + i,
                             (utf8proc_ssize_t) (string->len - i),
                             &codepoint);
        CHECK(n > 0);
    }
}


static void
check_message(const char *error)
{
    const char  *p;

    CHECK(memchr(error, '\0', PYEXEC_REQUEST_ERROR_SIZE) != NULL);
    CHECK(*error != '\0');

    for (p = error; *p != '\0'; p++) {
        CHECK(*p >= 0x20 && *p < 0x7f);
    }
}


static void
check_round_trip(const pyexec_request_string_t *code)
{
    char               error[PYEXEC_REQUEST_ERROR_SIZE];
    size_t             len;
    unsigned char     *body;
    pyexec_request_t   request;
    pyexec_refusal_t   refusal = { .error = code->data };

    static const char  was[] = "{\"error\"", now[] = "{ \"code\"";

    len = pyexec_refusal_length(&refusal);
    body = malloc(len);
    CHECK(body != NULL);
    CHECK(pyexec_refusal_write(body, &refusal) == body + len);

    /* {"error": "..."} has just the room of { "code":"..."} */

    CHECK(memcmp(body, was, strlen(was)) == 0);
    memcpy(body, now, strlen(now));

    CHECK(pyexec_request_parse(&request, (char *) body, len, &limits, error)
          == PYEXEC_REQUEST_OK);
    CHECK(request.code.len == code->len);
    CHECK(memcmp(request.code.data, code->data, code->len) == 0);

    pyexec_request_free(&request);
    free(body);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                      error[PYEXEC_REQUEST_ERROR_SIZE];
    size_t                    i;
    pyexec_request_t          request;
    pyexec_request_status_t   status;

    memset(error, 0xff, sizeof(error));

    status = pyexec_request_parse(&request, (const char *) data, size,
                                  &limits, error);

    if (status != PYEXEC_REQUEST_OK) {
        CHECK(status == PYEXEC_REQUEST_INVALID
              || status == PYEXEC_REQUEST_TOO_LARGE);
        check_message(error);
        return 0;
    }

    check_string(&request.code);
    check_string(&request.input);

    for (i = 0; i < request.nargs; i++) {
        check_string(&request.args[i]);
    }

    CHECK(request.code.len <= CODE_LIMIT);
    CHECK(request.timeout > 0 && request.timeout <= limits.timeout);

    check_round_trip(&request.code);

    pyexec_request_free(&request);

    return 0;
}
