/*
 * Bodies as clients send them, well-formed and not, and what the endpoint
 * makes of them.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "json/request.h"


#define CODE_LIMIT  64

#define S10(s)   s s s s s s s s s s
#define S100(s)  S10(S10(s))


typedef struct {
    const char               *body;
    size_t                    len;

    pyexec_request_status_t   status;
    const char               *error;

    const char               *code;
    const char               *input;
    const char               *args[4];
    size_t                    nargs;
    double                    timeout;
} case_t;


static void check_refused(void **state);
static void check_accepted(void **state);


#define REFUSED(name, text, message)                                         \
    { name, check_refused, NULL, NULL,                                       \
      &(case_t) { .body = text, .len = sizeof(text) - 1,                     \
                  .status = PYEXEC_REQUEST_INVALID, .error = message } }

#define TOO_LARGE(name, text)                                                \
    { name, check_refused, NULL, NULL,                                       \
      &(case_t) { .body = text, .len = sizeof(text) - 1,                     \
                  .status = PYEXEC_REQUEST_TOO_LARGE,                        \
                  .error = "Code exceeds the limit of 64 bytes" } }

#define ACCEPTED(name, text, ...)                                            \
    { name, check_accepted, NULL, NULL,                                      \
      &(case_t) { .body = text, .len = sizeof(text) - 1, __VA_ARGS__ } }

#define INVALID_JSON(name, text)  REFUSED(name, text, "Invalid JSON")
#define NOT_AN_OBJECT(name, text)                                            \
    REFUSED(name, text, "Request body must be a JSON object")
#define BAD_TIMEOUT(name, value)                                             \
    REFUSED(name, "{\"code\": \"\", \"timeout\": " value "}",                \
            "Field \"timeout\" must be a number of seconds greater than 0")
#define LONG_TIMEOUT(name, value)                                            \
    REFUSED(name, "{\"code\": \"\", \"timeout\": " value "}",                \
            "Field \"timeout\" exceeds the limit of 5 seconds")
#define TIMEOUT(name, value, seconds)                                        \
    ACCEPTED(name, "{\"code\": \"\", \"timeout\": " value "}",               \
             .timeout = seconds)
#define CODE(name, json, text)                                               \
    ACCEPTED(name, "{\"code\": \"" json "\"}", .code = text)
#define BAD_CODE(name, json)  INVALID_JSON(name, "{\"code\": \"" json "\"}")


static pyexec_request_status_t
parse(pyexec_request_t *request, const char *body, size_t len, char *error)
{
    char                     *exact;
    pyexec_request_status_t   status;
    pyexec_request_limits_t   limits = { .timeout = 5, .code = CODE_LIMIT };

    /* a block of just that size: the sanitizer sees a read beyond it */

    exact = malloc(len == 0 ? 1 : len);
    assert_non_null(exact);
    memcpy(exact, body, len);

    memset(error, 'x', PYEXEC_REQUEST_ERROR_SIZE);
    status = pyexec_request_parse(request, exact, len, &limits, error);

    free(exact);

    return status;
}


static void
assert_string(const pyexec_request_string_t *string, const char *expected)
{
    if (expected == NULL) {
        expected = "";
    }

    assert_string_equal(string->data, expected);
    assert_int_equal(string->len, strlen(expected));
}


static void
check_refused(void **state)
{
    char              error[PYEXEC_REQUEST_ERROR_SIZE];
    case_t           *c = *state;
    pyexec_request_t  request;

    assert_int_equal(parse(&request, c->body, c->len, error), c->status);
    assert_string_equal(error, c->error);
}


static void
check_accepted(void **state)
{
    char               error[PYEXEC_REQUEST_ERROR_SIZE];
    case_t            *c = *state;
    double             timeout;
    size_t             i;
    pyexec_request_t   request;

    if (parse(&request, c->body, c->len, error) != PYEXEC_REQUEST_OK) {
        fail_msg("%s", error);
    }

    timeout = (c->timeout == 0) ? 5 : c->timeout;

    assert_string(&request.code, c->code);
    assert_string(&request.input, c->input);
    assert_true(request.timeout == timeout);
    assert_int_equal(request.nargs, c->nargs);

    for (i = 0; i < c->nargs; i++) {
        assert_string(&request.args[i], c->args[i]);
    }

    pyexec_request_free(&request);
}


/* { "x": [[...]], "code": "" } with "depth" levels in all */

static char *
nested(unsigned depth)
{
    char      *body, *p;
    unsigned   i;

    body = malloc(2 * depth + 64);
    assert_non_null(body);

    p = body + sprintf(body, "{\"x\": ");

    for (i = 1; i < depth; i++) {
        *p++ = '[';
    }

    for (i = 1; i < depth; i++) {
        *p++ = ']';
    }

    strcpy(p, ", \"code\": \"\"}");

    return body;
}


static void
check_depth(void **state)
{
    char              *body, error[PYEXEC_REQUEST_ERROR_SIZE];
    pyexec_request_t   request;

    (void) state;

    body = nested(CJSON_NESTING_LIMIT);
    assert_int_equal(parse(&request, body, strlen(body), error),
                     PYEXEC_REQUEST_OK);
    pyexec_request_free(&request);
    free(body);

    body = nested(CJSON_NESTING_LIMIT + 1);
    assert_int_equal(parse(&request, body, strlen(body), error),
                     PYEXEC_REQUEST_INVALID);
    assert_string_equal(error, "Invalid JSON");
    free(body);
}


/* every prefix of a body is refused, and none is read beyond its end */

static void
check_prefixes(void **state)
{
    char              error[PYEXEC_REQUEST_ERROR_SIZE];
    size_t            len;
    pyexec_request_t  request;

    static const char  body[] =
        "{\"code\": \"\\u00e9\\ud83d\\ude00\xc3\xa9\xf0\x9f\x98\x80\\\\\", "
        "\"args\": [\"a\\\"\", \"\"], \"stdin\": \"\\n\", "
        "\"timeout\": 1.5e-2, \"x\": [true, false, null, {}, -0.0]}";

    (void) state;

    assert_int_equal(parse(&request, body, 0, error), PYEXEC_REQUEST_INVALID);
    assert_string_equal(error, "Request body is empty");

    for (len = 1; len < sizeof(body) - 1; len++) {
        assert_int_equal(parse(&request, body, len, error),
                         PYEXEC_REQUEST_INVALID);
        assert_string_equal(error, "Invalid JSON");
    }

    assert_int_equal(parse(&request, body, len, error), PYEXEC_REQUEST_OK);
    pyexec_request_free(&request);
}


static void
check_control_characters(void **state)
{
    char              body[] = "{\"code\": \"print(1)\"}", *in_string;
    char              error[PYEXEC_REQUEST_ERROR_SIZE];
    unsigned          c;
    pyexec_request_t  request;

    (void) state;

    in_string = strchr(body, '(');

    for (c = 0; c < 0x20; c++) {
        *in_string = (char) c;

        assert_int_equal(parse(&request, body, sizeof(body) - 1, error),
                         PYEXEC_REQUEST_INVALID);
        assert_string_equal(error, "Invalid JSON");
    }
}


static void
check_white_space(void **state)
{
    char                      body[] = "{\"code\":*\"\"}", *between;
    char                      error[PYEXEC_REQUEST_ERROR_SIZE];
    unsigned                  c;
    pyexec_request_t          request;
    pyexec_request_status_t   status;

    (void) state;

    between = strchr(body, '*');

    for (c = 0; c < 256; c++) {
        *between = (char) c;

        status = parse(&request, body, sizeof(body) - 1, error);

        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            assert_int_equal(status, PYEXEC_REQUEST_OK);
            pyexec_request_free(&request);

        } else {
            assert_int_equal(status, PYEXEC_REQUEST_INVALID);
        }
    }
}


static void
check_many_args(void **state)
{
    char              *body, *p, error[PYEXEC_REQUEST_ERROR_SIZE];
    unsigned           i;
    pyexec_request_t   request;

    (void) state;

    body = malloc(10000 * 8 + 64);
    assert_non_null(body);

    p = body + sprintf(body, "{\"code\": \"\", \"args\": [\"first\"");

    for (i = 0; i < 10000; i++) {
        p += sprintf(p, ",\"%u\"", i);
    }

    strcpy(p, "]}");

    assert_int_equal(parse(&request, body, strlen(body), error),
                     PYEXEC_REQUEST_OK);
    assert_int_equal(request.nargs, 10001);
    assert_string(&request.args[0], "first");
    assert_string(&request.args[10000], "9999");

    pyexec_request_free(&request);
    free(body);
}


static unsigned  allocations_left;

static void *
allocate_some(size_t size)
{
    if (allocations_left == 0) {
        errno = ENOMEM;
        return NULL;
    }

    allocations_left--;

    return malloc(size);
}


/* each allocation of the parser in turn is the one that fails */

static void
check_out_of_memory(void **state)
{
    char                      error[PYEXEC_REQUEST_ERROR_SIZE];
    unsigned                  n;
    cJSON_Hooks               hooks = { allocate_some, free };
    pyexec_request_t          request;
    pyexec_request_status_t   status;

    static const char  body[] =
        "{\"code\": \"a\", \"args\": [\"b\", \"c\"], \"x\": {\"y\": [1, 2]}}";

    (void) state;

    cJSON_InitHooks(&hooks);

    for (n = 0; n < 100; n++) {
        allocations_left = n;

        status = parse(&request, body, sizeof(body) - 1, error);

        if (status == PYEXEC_REQUEST_OK) {
            break;
        }

        assert_int_equal(status, PYEXEC_REQUEST_NO_MEMORY);
        assert_string_equal(error, "Out of memory");
    }

    cJSON_InitHooks(NULL);

    assert_int_equal(status, PYEXEC_REQUEST_OK);
    assert_true(n > 10);
    pyexec_request_free(&request);
}


static void
check_limit_in_message(void **state)
{
    char                     error[PYEXEC_REQUEST_ERROR_SIZE];
    size_t                   i;
    pyexec_request_t         request;
    pyexec_request_limits_t  limits = { .code = CODE_LIMIT };

    static const char  body[] = "{\"code\": \"\", \"timeout\": 1e9}";

    static const struct {
        double       limit;
        const char  *error;
    } cases[] = {
        { 0.25, "Field \"timeout\" exceeds the limit of 0.25 seconds" },
        { 1.001, "Field \"timeout\" exceeds the limit of 1.001 seconds" },
        { 60, "Field \"timeout\" exceeds the limit of 60 seconds" },
        { 86400, "Field \"timeout\" exceeds the limit of 86400 seconds" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        limits.timeout = cases[i].limit;

        assert_int_equal(pyexec_request_parse(&request, body,
                                              sizeof(body) - 1, &limits,
                                              error),
                         PYEXEC_REQUEST_INVALID);
        assert_string_equal(error, cases[i].error);
    }
}


static void
check_largest_message(void **state)
{
    char                     error[PYEXEC_REQUEST_ERROR_SIZE];
    pyexec_request_t         request;
    pyexec_request_limits_t  limits = { .timeout = 0.0000123456789,
                                        .code = SIZE_MAX };

    static const char  body[] = "{\"code\": \"\", \"timeout\": 1e999}";

    (void) state;

    memset(error, 'x', sizeof(error));

    assert_int_equal(pyexec_request_parse(&request, body, sizeof(body) - 1,
                                          &limits, error),
                     PYEXEC_REQUEST_INVALID);
    assert_non_null(memchr(error, '\0', sizeof(error)));
    assert_true(strlen(error) < PYEXEC_REQUEST_ERROR_SIZE - 1);
}


static void
check_free_twice(void **state)
{
    char              error[PYEXEC_REQUEST_ERROR_SIZE];
    pyexec_request_t  request;

    static const char  body[] = "{\"code\": \"\", \"args\": [\"a\"]}";

    (void) state;

    assert_int_equal(parse(&request, body, sizeof(body) - 1, error),
                     PYEXEC_REQUEST_OK);
    pyexec_request_free(&request);
    pyexec_request_free(&request);
}


static const struct CMUnitTest  tests[] = {

    /* what a client may send */

    ACCEPTED("code alone gets the defaults of the other fields",
             "{\"code\": \"print(1)\"}", .code = "print(1)"),
    ACCEPTED("all fields together are read",
             "{\"code\": \"c\", \"stdin\": \"in\", \"args\": [\"a\", \"b c\"],"
             " \"timeout\": 2.5}",
             .code = "c", .input = "in", .args = { "a", "b c" }, .nargs = 2,
             .timeout = 2.5),
    ACCEPTED("the order of the fields does not matter",
             "{\"timeout\": 1, \"args\": [\"a\"], \"stdin\": \"i\","
             " \"code\": \"c\"}",
             .code = "c", .input = "i", .args = { "a" }, .nargs = 1,
             .timeout = 1),
    ACCEPTED("empty code is a program", "{\"code\": \"\"}"),
    ACCEPTED("empty stdin and no args are the defaults spelled out",
             "{\"code\": \"\", \"stdin\": \"\", \"args\": []}"),
    ACCEPTED("stdin of null is no stdin", "{\"code\": \"\", \"stdin\": null}"),
    ACCEPTED("args of null are no args", "{\"code\": \"\", \"args\": null}"),
    ACCEPTED("every optional field is null",
             "{\"stdin\": null, \"args\": null, \"timeout\": null,"
             " \"code\": \"c\"}", .code = "c"),
    ACCEPTED("empty arguments are arguments",
             "{\"code\": \"\", \"args\": [\"\", \"\", \"x\"]}",
             .args = { "", "", "x" }, .nargs = 3),
    ACCEPTED("white space around everything is fine",
             " \r\n\t{ \"code\" :\t\"\" , \"args\" : [ \"a\" , \"b\" ] }\r\n ",
             .args = { "a", "b" }, .nargs = 2),
    ACCEPTED("no white space at all is fine",
             "{\"code\":\"c\",\"args\":[\"a\"],\"timeout\":1}",
             .code = "c", .args = { "a" }, .nargs = 1, .timeout = 1),
    ACCEPTED("a byte order mark before the object is ignored",
             "\xef\xbb\xbf{\"code\": \"c\"}", .code = "c"),
    ACCEPTED("code of just the limit is accepted",
             "{\"code\": \"" S10("123456") "abcd" "\"}",
             .code = S10("123456") "abcd"),
    ACCEPTED("the limit counts bytes after unescaping",
             "{\"code\": \"" S10("\\u0041\\t\\n\\\"\\/\\u0042") "abcd" "\"}",
             .code = S10("A\t\n\"/B") "abcd"),
    ACCEPTED("stdin may be larger than the code limit",
             "{\"code\": \"\", \"stdin\": \"" S100("0123456789") "\"}",
             .input = S100("0123456789")),

    /* fields that are not ours */

    ACCEPTED("unknown fields are ignored",
             "{\"language\": \"python\", \"code\": \"c\", \"version\": 3,"
             " \"\": null}", .code = "c"),
    ACCEPTED("a known name inside an unknown field means nothing",
             "{\"x\": {\"code\": 1, \"code\": 2, \"timeout\": -1},"
             " \"code\": \"c\", \"y\": [{\"args\": [\"\\u0000\"]}]}",
             .code = "c"),
    ACCEPTED("an unknown field may be given twice",
             "{\"x\": 1, \"code\": \"c\", \"x\": 2}", .code = "c"),
    ACCEPTED("U+0000 in an unknown field is nobody's business",
             "{\"x\": \"\\u0000\", \"code\": \"c\"}", .code = "c"),
    ACCEPTED("a name in another case is another name",
             "{\"Code\": 1, \"code\": \"c\", \"CODE\": \"x\", \"Stdin\": 2,"
             " \"TIMEOUT\": -1, \"Args\": 0}", .code = "c"),
    ACCEPTED("a name that only begins like ours is another name",
             "{\"codes\": 1, \"cod\": 2, \"code \": 3, \"code\": \"c\"}",
             .code = "c"),
    ACCEPTED("a name that goes on after U+0000 is another name",
             "{\"code\\u0000\": 1, \"timeout\\u0000x\": -1, \"code\": \"c\"}",
             .code = "c"),
    ACCEPTED("a name may be written with escapes",
             "{\"\\u0063o\\u0064e\": \"c\", \"st\\u0064in\": \"i\"}",
             .code = "c", .input = "i"),
    ACCEPTED("an unknown field may hold an integer of 101 digits",
             "{\"x\": -1" S100("0") ", \"code\": \"c\"}", .code = "c"),
    ACCEPTED("an unknown field may hold a number without end",
             "{\"x\": [1" S100("0") ".0" S100("1") "e+0" S100("9") "],"
             " \"code\": \"c\"}", .code = "c"),

    REFUSED("an empty object has no code", "{}", "Missing \"code\" field"),
    REFUSED("a body without code says so",
            "{\"stdin\": \"x\", \"args\": []}", "Missing \"code\" field"),
    REFUSED("code under another case is missing",
            "{\"Code\": \"print(1)\"}", "Missing \"code\" field"),
    REFUSED("code under a name that holds U+0000 is missing",
            "{\"code\\u0000\": \"print(1)\"}", "Missing \"code\" field"),
    REFUSED("code one level down is missing",
            "{\"request\": {\"code\": \"\"}}", "Missing \"code\" field"),

    /* wrong types */

    REFUSED("code as a number", "{\"code\": 1}",
            "Field \"code\" must be a string"),
    REFUSED("code as null", "{\"code\": null}",
            "Field \"code\" must be a string"),
    REFUSED("code as a list of lines", "{\"code\": [\"a\", \"b\"]}",
            "Field \"code\" must be a string"),
    REFUSED("code as an object", "{\"code\": {}}",
            "Field \"code\" must be a string"),
    REFUSED("code as a boolean", "{\"code\": true}",
            "Field \"code\" must be a string"),
    REFUSED("stdin as a number", "{\"code\": \"\", \"stdin\": 5}",
            "Field \"stdin\" must be a string"),
    REFUSED("args as a string", "{\"code\": \"\", \"args\": \"a b\"}",
            "Field \"args\" must be an array of strings"),
    REFUSED("args as an object", "{\"code\": \"\", \"args\": {\"a\": \"b\"}}",
            "Field \"args\" must be an array of strings"),
    REFUSED("args with a number in it",
            "{\"code\": \"\", \"args\": [\"a\", 1]}",
            "Field \"args\" must be an array of strings"),
    REFUSED("args with null in it",
            "{\"code\": \"\", \"args\": [null]}",
            "Field \"args\" must be an array of strings"),
    REFUSED("args with an array in it",
            "{\"code\": \"\", \"args\": [[\"a\"]]}",
            "Field \"args\" must be an array of strings"),

    /* the limits */

    TOO_LARGE("code of one byte over the limit",
              "{\"code\": \"" S10("123456") "abcde" "\"}"),
    TOO_LARGE("the limit counts bytes, not characters",
              "{\"code\": \"" S10("\xe2\x82\xac\xe2\x82\xac") "abcde" "\"}"),

    BAD_TIMEOUT("a timeout of 0", "0"),
    BAD_TIMEOUT("a timeout of 0.0", "0.0"),
    BAD_TIMEOUT("a timeout of minus 0", "-0"),
    BAD_TIMEOUT("a timeout of 0e5", "0e5"),
    BAD_TIMEOUT("a negative timeout", "-1"),
    BAD_TIMEOUT("a tiny negative timeout", "-1e-300"),
    BAD_TIMEOUT("a timeout of minus infinity", "-1e999"),
    BAD_TIMEOUT("a long negative timeout", "-0." S100("0") "1"),
    BAD_TIMEOUT("a timeout as a string", "\"1\""),
    BAD_TIMEOUT("a timeout as a boolean", "true"),
    BAD_TIMEOUT("a timeout as an array", "[1]"),
    BAD_TIMEOUT("a timeout as an object", "{}"),

    LONG_TIMEOUT("a timeout above the limit", "6"),
    LONG_TIMEOUT("a timeout just above the limit", "5.000000000000001"),
    LONG_TIMEOUT("a timeout of 1e308", "1e308"),
    LONG_TIMEOUT("a timeout beyond the largest double", "1e999"),
    LONG_TIMEOUT("a timeout with a huge exponent",
                 "1e99999999999999999999999999999"),
    LONG_TIMEOUT("a timeout of 101 digits", "1" S100("0")),
    LONG_TIMEOUT("a timeout with an exponent of 101 digits",
                 "1e1" S100("0")),
    LONG_TIMEOUT("a timeout of 6 with 100 zeros after it",
                 "6." S100("0")),

    TIMEOUT("a timeout of the limit itself", "5", 5),
    TIMEOUT("a timeout of null is the limit", "null", 5),
    TIMEOUT("a timeout as a fraction", "0.5", 0.5),
    TIMEOUT("a timeout with an exponent", "25E-1", 2.5),
    TIMEOUT("a timeout with an exponent and its plus", "0.2e+1", 2),
    TIMEOUT("the smallest timeouts are above 0", "1e-300", 1e-300),
    TIMEOUT("a timeout of 2 with 100 zeros after it", "2." S100("0"), 2),
    TIMEOUT("a timeout of 100 digits with an exponent that tames them",
            "1" S100("0") "e-100", 1),
    TIMEOUT("a timeout of 100 zeros with an exponent that lifts them",
            "0." S100("0") "25E+101", 2.5),
    TIMEOUT("a timeout of 0.1 in 101 digits",
            "0.1" S100("0"), 0.1),
    TIMEOUT("a timeout of pi in 102 digits",
            "3.14159265358979323846264338327950288419716939937510"
            "58209749445923078164062862089986280348253421170679",
            3.141592653589793),
    TIMEOUT("a timeout of 63 characters",
            "1.0000000000000000000000000000000000000000000000000000000000001",
            1),
    TIMEOUT("a timeout of 64 characters",
            "1.00000000000000000000000000000000000000000000000000000000000001",
            1),

    /* given twice */

    REFUSED("code given twice", "{\"code\": \"a\", \"code\": \"b\"}",
            "Field \"code\" is given twice"),
    REFUSED("the same code given twice", "{\"code\": \"a\", \"code\": \"a\"}",
            "Field \"code\" is given twice"),
    REFUSED("code given twice, once with escapes",
            "{\"code\": \"a\", \"\\u0063ode\": \"a\"}",
            "Field \"code\" is given twice"),
    REFUSED("code given twice, the second time as null",
            "{\"code\": \"a\", \"code\": null}",
            "Field \"code\" is given twice"),
    REFUSED("stdin given twice",
            "{\"stdin\": \"\", \"code\": \"a\", \"stdin\": \"\"}",
            "Field \"stdin\" is given twice"),
    REFUSED("stdin given twice, the first time as null",
            "{\"stdin\": null, \"code\": \"a\", \"stdin\": \"\"}",
            "Field \"stdin\" is given twice"),
    REFUSED("args given twice, both times as null",
            "{\"args\": null, \"code\": \"a\", \"args\": null}",
            "Field \"args\" is given twice"),
    REFUSED("args given twice",
            "{\"code\": \"a\", \"args\": [], \"args\": [\"x\"]}",
            "Field \"args\" is given twice"),
    REFUSED("args given twice with something in both",
            "{\"code\": \"a\", \"args\": [\"x\"], \"args\": [\"x\"]}",
            "Field \"args\" is given twice"),
    REFUSED("timeout given twice",
            "{\"code\": \"a\", \"timeout\": 1, \"timeout\": 1}",
            "Field \"timeout\" is given twice"),

    /* U+0000 */

    REFUSED("code that holds U+0000", "{\"code\": \"a\\u0000b\"}",
            "Field \"code\" holds U+0000"),
    REFUSED("code that ends in U+0000", "{\"code\": \"print(1)\\u0000\"}",
            "Field \"code\" holds U+0000"),
    REFUSED("code that is U+0000", "{\"code\": \"\\u0000\"}",
            "Field \"code\" holds U+0000"),
    REFUSED("stdin that holds U+0000",
            "{\"code\": \"\", \"stdin\": \"\\u0000\"}",
            "Field \"stdin\" holds U+0000"),
    REFUSED("an argument that holds U+0000",
            "{\"code\": \"\", \"args\": [\"a\", \"b\\u0000\"]}",
            "Field \"args\" holds U+0000"),
    REFUSED("U+0000 in a large code is named before its size",
            "{\"code\": \"\\u0000" S100("x") "\"}",
            "Field \"code\" holds U+0000"),
    REFUSED("a backslash and then U+0000",
            "{\"code\": \"\\\\\\u0000\"}", "Field \"code\" holds U+0000"),
    CODE("a backslash and then the text u0000", "\\\\u0000", "\\u0000"),
    CODE("two backslashes and then the text u0000",
         "\\\\\\\\u0000", "\\\\u0000"),
    CODE("U+0001 is not U+0000", "\\u0001", "\x01"),
    CODE("U+00FF is not mistaken for U+0000", "\\u00ff\xc3\xbf",
         "\xc3\xbf\xc3\xbf"),
    CODE("U+FFFF is not mistaken for U+0000", "\\uffff\xef\xbf\xbf",
         "\xef\xbf\xbf\xef\xbf\xbf"),
    CODE("the digits 0000 alone mean nothing", "u0000 0000", "u0000 0000"),

    /* the order of the checks */

    REFUSED("the first bad field in the body is named",
            "{\"timeout\": 0, \"code\": 1}",
            "Field \"timeout\" must be a number of seconds greater than 0"),
    REFUSED("the first bad field in the body is named, the other way round",
            "{\"code\": 1, \"timeout\": 0}",
            "Field \"code\" must be a string"),
    REFUSED("a bad field is named before the missing code",
            "{\"args\": 1}", "Field \"args\" must be an array of strings"),
    REFUSED("a body that ends badly is no JSON whatever its fields are",
            "{\"code\": 1, \"args\": 2", "Invalid JSON"),
    REFUSED("bad args after good ones",
            "{\"code\": \"\", \"args\": [\"a\"], \"timeout\": 0}",
            "Field \"timeout\" must be a number of seconds greater than 0"),

    /* strings */

    CODE("the short escapes", "\\\"\\\\\\/\\b\\f\\n\\r\\t",
         "\"\\/\b\f\n\r\t"),
    CODE("an escape in two bytes of UTF-8", "\\u00e9", "\xc3\xa9"),
    CODE("an escape in three bytes of UTF-8", "\\u20AC", "\xe2\x82\xac"),
    CODE("a surrogate pair is one character", "\\ud83d\\ude00",
         "\xf0\x9f\x98\x80"),
    CODE("the first and the last surrogate pair",
         "\\uD800\\uDC00\\uDBFF\\uDFFF",
         "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"),
    CODE("raw UTF-8 of every length", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
         "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
    CODE("DEL and C1 control characters may stand raw", "\x7f\xc2\x80\xc2\x9f",
         "\x7f\xc2\x80\xc2\x9f"),
    CODE("the neighbours of the surrogates", "\\ud7ff\\ue000\xed\x9f\xbf",
         "\xed\x9f\xbf\xee\x80\x80\xed\x9f\xbf"),
    CODE("U+2028 may stand raw", "\xe2\x80\xa8", "\xe2\x80\xa8"),
    CODE("what would be structure stays text in a string",
         "{}[],:\\\"0x-1", "{}[],:\"0x-1"),

    BAD_CODE("a lone high surrogate", "\\ud83d"),
    BAD_CODE("a lone low surrogate", "\\ude00"),
    BAD_CODE("a high surrogate before a plain character", "\\ud83dx"),
    BAD_CODE("a high surrogate before another escape", "\\ud83d\\n12345"),
    BAD_CODE("a high surrogate before U+0000", "\\ud83d\\u0000"),
    BAD_CODE("two high surrogates", "\\ud83d\\ud83d"),
    BAD_CODE("surrogates in the wrong order", "\\ude00\\ud83d"),
    INVALID_JSON("a lone surrogate in an unknown field",
                 "{\"x\": \"\\ud800\", \"code\": \"\"}"),
    INVALID_JSON("a lone surrogate in a name",
                 "{\"\\udfff\": 1, \"code\": \"\"}"),
    BAD_CODE("an unknown escape", "\\x41"),
    BAD_CODE("an escape in upper case", "\\U0041"),
    BAD_CODE("an escaped single quote", "\\'"),
    BAD_CODE("an escape of no digits", "\\u"),
    BAD_CODE("an escape of three digits", "\\u041"),
    BAD_CODE("an escape of letters that are no digits", "\\uZZZZ"),
    BAD_CODE("an escape whose last digit is none", "\\u000g"),
    BAD_CODE("an escape with a sign", "\\u+041"),
    BAD_CODE("an escape with a blank", "\\u 041"),
    BAD_CODE("a second surrogate that is no number", "\\ud83d\\uzzzz"),
    BAD_CODE("an escape that the closing quote cuts short", "\\u00"),

    BAD_CODE("a continuation byte alone", "\x80"),
    BAD_CODE("a continuation byte after a character", "\xc3\xa9\xa9"),
    BAD_CODE("Latin-1", "caf\xe9"),
    BAD_CODE("a character that the closing quote cuts short", "\xe2\x82"),
    BAD_CODE("an overlong slash", "\xc0\xaf"),
    BAD_CODE("an overlong U+0000", "\xc0\x80"),
    BAD_CODE("an overlong character of three bytes", "\xe0\x9f\xbf"),
    BAD_CODE("an overlong character of four bytes", "\xf0\x8f\xbf\xbf"),
    BAD_CODE("a surrogate in UTF-8", "\xed\xa0\x80"),
    BAD_CODE("a surrogate pair in UTF-8", "\xed\xa0\xbd\xed\xb8\x80"),
    BAD_CODE("a character beyond U+10FFFF", "\xf4\x90\x80\x80"),
    BAD_CODE("a byte that no UTF-8 has", "\xff"),
    BAD_CODE("the mark of U+0000 itself cannot be sent",
             "\xff\xff\xff\xff\xff\xff"),
    INVALID_JSON("bad UTF-8 in an unknown field",
                 "{\"x\": \"\xff\", \"code\": \"\"}"),
    INVALID_JSON("bad UTF-8 in a name", "{\"\xff\": 1, \"code\": \"\"}"),
    INVALID_JSON("bad UTF-8 outside of strings", "{\"code\": \"\"}\xff"),
    INVALID_JSON("a no-break space outside of strings",
                 "{\"code\":\xc2\xa0\"\"}"),

    /* structure */

    REFUSED("an empty body", "", "Request body is empty"),
    INVALID_JSON("a body of a blank", " "),
    INVALID_JSON("a body of an empty line", "\r\n"),
    INVALID_JSON("a body of a byte order mark", "\xef\xbb\xbf"),
    INVALID_JSON("a blank body", " \n "),
    INVALID_JSON("a body of one NUL", "\0"),
    INVALID_JSON("a body of a byte order mark alone", "\xef\xbb\xbf"),
    INVALID_JSON("two byte order marks",
                 "\xef\xbb\xbf\xef\xbb\xbf{\"code\": \"\"}"),
    INVALID_JSON("a byte order mark after white space",
                 " \xef\xbb\xbf{\"code\": \"\"}"),
    INVALID_JSON("UTF-16", "\xff\xfe{\0}\0"),
    INVALID_JSON("a form instead of JSON", "code=print(1)"),
    INVALID_JSON("a NUL after the object", "{\"code\": \"\"}\0"),
    INVALID_JSON("a NUL and more after the object", "{\"code\": \"\"}\0{}"),
    INVALID_JSON("a NUL in white space", "{\"code\":\0\"\"}"),
    INVALID_JSON("a raw NUL in a string", "{\"code\": \"a\0b\"}"),
    INVALID_JSON("a second object after the object",
                 "{\"code\": \"\"}{\"code\": \"\"}"),
    INVALID_JSON("a word after the object", "{\"code\": \"\"} x"),
    INVALID_JSON("a comma after the object", "{\"code\": \"\"},"),
    INVALID_JSON("a comma after the last field", "{\"code\": \"\",}"),
    INVALID_JSON("a comma before the first field", "{,\"code\": \"\"}"),
    INVALID_JSON("a comma after the last argument",
                 "{\"code\": \"\", \"args\": [\"a\",]}"),
    INVALID_JSON("two arguments without a comma",
                 "{\"code\": \"\", \"args\": [\"a\" \"b\"]}"),
    INVALID_JSON("two fields without a comma",
                 "{\"code\": \"\" \"args\": []}"),
    INVALID_JSON("a field without a value", "{\"code\"}"),
    INVALID_JSON("a field without a colon", "{\"code\" \"x\"}"),
    INVALID_JSON("a name without quotes", "{code: \"\"}"),
    INVALID_JSON("single quotes", "{'code': ''}"),
    INVALID_JSON("a comment", "{\"code\": \"\" /* c */}"),
    INVALID_JSON("a bracket closed by a brace",
                 "{\"code\": \"\", \"args\": [}}"),
    INVALID_JSON("an object that is not closed", "{\"code\": \"\""),
    INVALID_JSON("a string that is not closed", "{\"code\": \""),
    INVALID_JSON("a body that ends in a backslash", "{\"code\": \"\\"),
    INVALID_JSON("a body of one quote", "\""),
    INVALID_JSON("a body of one brace", "{"),
    INVALID_JSON("a body of one backslash", "\\"),
    INVALID_JSON("True is not true", "{\"code\": \"\", \"x\": True}"),
    INVALID_JSON("NaN is not JSON", "{\"code\": \"\", \"timeout\": NaN}"),
    INVALID_JSON("Infinity is not JSON",
                 "{\"code\": \"\", \"timeout\": Infinity}"),
    INVALID_JSON("nullx is not null", "{\"code\": \"\", \"x\": nullx}"),
    INVALID_JSON("a word cut short", "{\"code\": \"\", \"x\": tru}"),
    INVALID_JSON("a word cut short by the end", "nul"),

    INVALID_JSON("a leading zero", "{\"code\": \"\", \"x\": 01}"),
    INVALID_JSON("a leading zero after a sign",
                 "{\"code\": \"\", \"x\": -01}"),
    INVALID_JSON("two zeros", "{\"code\": \"\", \"x\": 00}"),
    INVALID_JSON("a fraction without digits", "{\"code\": \"\", \"x\": 1.}"),
    INVALID_JSON("a fraction without digits before an exponent",
                 "{\"code\": \"\", \"x\": 1.e5}"),
    INVALID_JSON("a number that starts with a point",
                 "{\"code\": \"\", \"x\": .5}"),
    INVALID_JSON("a number that starts with a sign and a point",
                 "{\"code\": \"\", \"x\": -.5}"),
    INVALID_JSON("a plus sign", "{\"code\": \"\", \"x\": +1}"),
    INVALID_JSON("a minus alone", "{\"code\": \"\", \"x\": -}"),
    INVALID_JSON("two minus signs", "{\"code\": \"\", \"x\": --1}"),
    INVALID_JSON("an exponent without digits",
                 "{\"code\": \"\", \"x\": 1e}"),
    INVALID_JSON("an exponent with a sign alone",
                 "{\"code\": \"\", \"x\": 1e+}"),
    INVALID_JSON("two points", "{\"code\": \"\", \"x\": 1.2.3}"),
    INVALID_JSON("two exponents", "{\"code\": \"\", \"x\": 1e2e3}"),
    INVALID_JSON("a sum", "{\"code\": \"\", \"x\": 1+2}"),
    INVALID_JSON("a hexadecimal number", "{\"code\": \"\", \"x\": 0x10}"),
    INVALID_JSON("minus infinity", "{\"code\": \"\", \"x\": -Infinity}"),
    INVALID_JSON("a long number with a leading zero",
                 "{\"code\": \"\", \"x\": 0" S100("1") "}"),
    INVALID_JSON("a long number and more after it",
                 "{\"code\": \"\", \"x\": " S100("1") ".}"),

    NOT_AN_OBJECT("an array", "[{\"code\": \"\"}]"),
    NOT_AN_OBJECT("an empty array", "[]"),
    NOT_AN_OBJECT("a string", "\"code\""),
    NOT_AN_OBJECT("an empty string", "\"\""),
    NOT_AN_OBJECT("a string that holds U+0000", "\"\\u0000\""),
    NOT_AN_OBJECT("a number", "42"),
    NOT_AN_OBJECT("a number of 100 digits", S100("7")),
    NOT_AN_OBJECT("the number 0 alone", "0"),
    NOT_AN_OBJECT("null", "null"),
    NOT_AN_OBJECT("true", " true "),
    NOT_AN_OBJECT("a byte order mark and a number", "\xef\xbb\xbf" "1"),

    /* what takes more than one body to tell */

    { "a body may nest as deep as cJSON allows, and no deeper",
      check_depth, NULL, NULL, NULL },
    { "a body cut short anywhere is not JSON",
      check_prefixes, NULL, NULL, NULL },
    { "no control character may stand raw in a string",
      check_control_characters, NULL, NULL, NULL },
    { "no byte but JSON's four is white space",
      check_white_space, NULL, NULL, NULL },
    { "ten thousand arguments arrive in order",
      check_many_args, NULL, NULL, NULL },
    { "memory that runs out is not blamed on the client",
      check_out_of_memory, NULL, NULL, NULL },
    { "the message names the limit as the operator would write it",
      check_limit_in_message, NULL, NULL, NULL },
    { "the longest message fits", check_largest_message, NULL, NULL, NULL },
    { "a request that was freed holds nothing",
      check_free_twice, NULL, NULL, NULL },
};


int
main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
