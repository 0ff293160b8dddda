/*
 * Any bytes as what a program printed: the length and the bytes of the answer
 * agree, and a JSON parser that is not ours finds in it the text that there
 * was, less what is no UTF-8.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <utf8proc.h>

#include "json/answer.h"
#include "json/request.h"

#include "check.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* The body of an answer is an object; what it lacks as a request is code. */

static void
check_strict(const char *body, size_t len)
{
    char                     error[PYEXEC_REQUEST_ERROR_SIZE];
    pyexec_request_t         request;
    pyexec_request_limits_t  limits = { .timeout = 5, .code = 1 };

    CHECK(pyexec_request_parse(&request, body, len, &limits, error)
          == PYEXEC_REQUEST_INVALID);
    CHECK(strcmp(error, "Missing \"code\" field") == 0);
}


/* how many bytes agree with table 3-7 of the Unicode Standard, at least 1 */

static utf8proc_ssize_t
cut_short(const unsigned char *p, size_t len)
{
    unsigned char  low, high;

    if (p[0] < 0xc2 || p[0] > 0xf4) {
        return 1;
    }

    low = (p[0] == 0xe0) ? 0xa0 : (p[0] == 0xf0) ? 0x90 : 0x80;
    high = (p[0] == 0xed) ? 0x9f : (p[0] == 0xf4) ? 0x8f : 0xbf;

    if (len < 2 || p[1] < low || p[1] > high) {
        return 1;
    }

    if (len < 3 || (p[2] & 0xc0) != 0x80) {
        return 2;
    }

    return 3;
}


static void
check_text(const pyexec_answer_bytes_t *bytes, const char *notice,
    const char *text)
{
    size_t             i;
    utf8proc_int32_t   codepoint;
    utf8proc_ssize_t   n;

    for (i = 0; i < bytes->len; i += (size_t) n) {

        if (bytes->data[i] == '\0') {
            return;                     /* cJSON's strings end here */
        }

        n = utf8proc_iterate(bytes->data + i,
                             (utf8proc_ssize_t) (bytes->len - i), &codepoint);

        if (n > 0) {
            CHECK(strncmp(text, (const char *) bytes->data + i, (size_t) n)
                  == 0);
            text += n;
            continue;
        }

        CHECK(strncmp(text, "\xef\xbf\xbd", 3) == 0);
        text += 3;

        n = cut_short(bytes->data + i, bytes->len - i);
    }

    if (notice != NULL) {
        if (bytes->len != 0 && bytes->data[bytes->len - 1] != '\n') {
            CHECK(*text++ == '\n');
        }

        CHECK(strcmp(text, notice) == 0);

    } else {
        CHECK(*text == '\0');
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char             *body;
    cJSON            *document, *error;
    size_t            len, split;
    pyexec_answer_t   answer = { .status = "ok" };

    if (size == 0) {
        return 0;
    }

    split = data[0] % size;
    answer.notice = (data[0] & 1) ? "Execution timed out" : NULL;

    data++;
    size--;

    answer.output.data = data;
    answer.output.len = split;
    answer.error.data = data + split;
    answer.error.len = size - split;

    len = pyexec_answer_length(&answer);

    body = malloc(len);
    CHECK(body != NULL);
    CHECK(pyexec_answer_write((unsigned char *) body, &answer)
          == (unsigned char *) body + len);

    check_strict(body, len);

    document = cJSON_ParseWithLength(body, len);
    CHECK(document != NULL);

    CHECK(strcmp(document->child->string, "output") == 0);
    check_text(&answer.output, NULL, document->child->valuestring);

    error = document->child->next;
    CHECK(strcmp(error->string, "error") == 0);
    check_text(&answer.error, answer.notice, error->valuestring);

    cJSON_Delete(document);
    free(body);

    return 0;
}
