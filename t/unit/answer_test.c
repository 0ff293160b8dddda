/*
 * What programs print, in whatever bytes, and the JSON that must come of it.
 */

#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/answer.h"


#define U_FFFD  "\xef\xbf\xbd"


typedef struct {
    const char  *bytes;
    size_t       len;
    const char  *chars;
} chars_t;


typedef struct {
    pyexec_answer_t   answer;
    const char       *body;
} answer_case_t;


typedef struct {
    pyexec_refusal_t   refusal;
    const char        *body;
} refusal_case_t;


typedef struct {
    double       seconds;
    const char  *execution_time;
    const char  *cpu_time;
} seconds_t;


static void check_chars(void **state);
static void check_answer(void **state);
static void check_refusal(void **state);
static void check_seconds(void **state);


#define BYTES(s)  { (const unsigned char *) (s), sizeof(s) - 1 }

/*
 * Any bytes, and the characters between the quotes of the JSON string, where
 * a "?" stands for each U+FFFD.
 */
#define CHARS(name, bytes, chars)                                            \
    { name, check_chars, NULL, NULL,                                         \
      &(chars_t) { bytes, sizeof(bytes) - 1, chars } }

#define ANSWER(name, text, ...)                                              \
    { name, check_answer, NULL, NULL,                                        \
      &(answer_case_t) { .answer = { __VA_ARGS__ }, .body = text } }

#define ERROR(name, bytes, last, chars)                                      \
    ANSWER(name,                                                             \
           "{\"output\": \"\", \"error\": \"" chars "\", \"returncode\": -9"  \
           ", \"execution_time\": \"0.0000 seconds\", \"status\": \"timeout\""\
           ", \"cpu_time\": 0.000000, \"memory\": 0}",                        \
           .error = BYTES(bytes), .notice = last, .returncode = -9,          \
           .status = "timeout")

#define REFUSAL(name, text, ...)                                             \
    { name, check_refusal, NULL, NULL,                                       \
      &(refusal_case_t) { .refusal = { __VA_ARGS__ }, .body = text } }

#define SECONDS(name, ...)                                                   \
    { name, check_seconds, NULL, NULL, &(seconds_t) { __VA_ARGS__ } }


/* writes into a block of just the promised size, for the sanitizer to see */

static char *
answer_body(const pyexec_answer_t *answer)
{
    char           *body;
    size_t          len;
    unsigned char  *exact;

    len = pyexec_answer_length(answer);

    exact = malloc(len);
    assert_non_null(exact);
    assert_ptr_equal(pyexec_answer_write(exact, answer), exact + len);

    body = malloc(len + 1);
    assert_non_null(body);

    memcpy(body, exact, len);
    body[len] = '\0';
    free(exact);

    return body;
}


static void
assert_answer(const pyexec_answer_t *answer, const char *expected)
{
    char  *body;

    body = answer_body(answer);
    assert_string_equal(body, expected);
    free(body);
}


static void
assert_chars(const unsigned char *bytes, size_t len, const char *chars)
{
    char             *expected;
    unsigned char    *exact;
    pyexec_answer_t   answer = { .status = "ok" };

    static const char  format[] =
        "{\"output\": \"%s\", \"error\": \"%s\", \"returncode\": 0, "
        "\"execution_time\": \"0.0000 seconds\", \"status\": \"ok\", "
        "\"cpu_time\": 0.000000, \"memory\": 0}";

    exact = malloc(len == 0 ? 1 : len);
    assert_non_null(exact);
    memcpy(exact, bytes, len);

    answer.output.data = exact;
    answer.output.len = len;
    answer.error = answer.output;

    expected = malloc(sizeof(format) + 2 * strlen(chars));
    assert_non_null(expected);
    sprintf(expected, format, chars, chars);

    assert_answer(&answer, expected);

    free(expected);
    free(exact);
}


static void
check_chars(void **state)
{
    char        expected[1024], *p;
    chars_t    *c = *state;
    const char *q;

    p = expected;

    for (q = c->chars; *q != '\0'; q++) {
        if (*q == '?') {
            p += sprintf(p, U_FFFD);

        } else {
            *p++ = *q;
        }
    }

    *p = '\0';

    assert_chars((const unsigned char *) c->bytes, c->len, expected);
}


static void
check_answer(void **state)
{
    answer_case_t  *c = *state;

    assert_answer(&c->answer, c->body);
}


static void
check_refusal(void **state)
{
    char            body[256];
    size_t          len;
    unsigned char  *exact;
    refusal_case_t *c = *state;

    len = pyexec_refusal_length(&c->refusal);
    assert_true(len < sizeof(body));

    exact = malloc(len);
    assert_non_null(exact);
    assert_ptr_equal(pyexec_refusal_write(exact, &c->refusal), exact + len);

    memcpy(body, exact, len);
    body[len] = '\0';
    free(exact);

    assert_string_equal(body, c->body);
}


static void
check_seconds(void **state)
{
    char              expected[256];
    seconds_t        *c = *state;
    pyexec_answer_t   answer = { .execution_time = c->seconds,
                                 .cpu_time = c->seconds, .status = "ok" };

    sprintf(expected,
            "{\"output\": \"\", \"error\": \"\", \"returncode\": 0, "
            "\"execution_time\": \"%s seconds\", \"status\": \"ok\", "
            "\"cpu_time\": %s, \"memory\": 0}",
            c->execution_time, c->cpu_time);

    assert_answer(&answer, expected);
}


/* each byte value at each place of a text that is longer than two words */

static void
check_every_byte_everywhere(void **state)
{
    char           expected[64];
    unsigned       c, at, len;
    unsigned char  text[19];

    (void) state;

    for (c = 0; c < 256; c++) {

        for (len = 1; len <= sizeof(text); len++) {

            for (at = 0; at < len; at++) {
                memset(text, 'x', len);
                text[at] = (unsigned char) c;

                memset(expected, 'x', at);

                sprintf(expected + at,
                        c == '"' ? "\\\"" : c == '\\' ? "\\\\"
                        : c == '\b' ? "\\b" : c == '\f' ? "\\f"
                        : c == '\n' ? "\\n" : c == '\r' ? "\\r"
                        : c == '\t' ? "\\t" : c < 0x20 ? "\\u%04x"
                        : c >= 0x80 ? U_FFFD : "%c", c);

                strncat(expected, "xxxxxxxxxxxxxxxxxxx", len - at - 1);

                assert_chars(text, len, expected);
            }
        }
    }
}


/*
 * All sequences of four bytes from those at which UTF-8 makes a difference,
 * 390625 of them.  The sum is what Python 3 makes of the same sequences, in
 * the same order:  for t in itertools.product(interesting, repeat=4):
 * bytes(t).decode('utf-8', 'replace').replace('\0', '\\u0000').encode()
 */

static void
check_every_sequence(void **state)
{
    size_t           a, b, c, d, len;
    uint64_t         sum;
    unsigned char    bytes[4], body[256], *p;
    pyexec_answer_t  answer = { .output = { bytes, 4 }, .status = "ok" };

    static const unsigned char  interesting[] = {
        0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1,
        0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3,
        0xf4, 0xf5, 0xff
    };

    static const size_t  n = sizeof(interesting);

    (void) state;

    sum = UINT64_C(0xcbf29ce484222325);                     /* FNV-1a */

    for (a = 0; a < n; a++) {
        for (b = 0; b < n; b++) {
            for (c = 0; c < n; c++) {
                for (d = 0; d < n; d++) {
                    bytes[0] = interesting[a];
                    bytes[1] = interesting[b];
                    bytes[2] = interesting[c];
                    bytes[3] = interesting[d];

                    len = pyexec_answer_length(&answer);
                    assert_true(len < sizeof(body));
                    assert_ptr_equal(pyexec_answer_write(body, &answer),
                                     body + len);

                    for (p = body + strlen("{\"output\": \""); *p != '"'; p++)
                    {
                        sum = (sum ^ *p) * UINT64_C(0x100000001b3);
                    }
                }
            }
        }
    }

    assert_true(sum == UINT64_C(0x4e79419dfac77b0b));
}


static void
check_every_character(void **state)
{
    char           expected[8];
    uint32_t       c;
    unsigned char  bytes[4], *p;

    (void) state;

    for (c = 0x80; c <= 0x10ffff; c += (c < 0x10000) ? 1 : 251) {

        if (c >= 0xd800 && c <= 0xdfff) {
            continue;
        }

        p = bytes;

        if (c < 0x800) {
            *p++ = (unsigned char) (0xc0 | c >> 6);

        } else {
            if (c < 0x10000) {
                *p++ = (unsigned char) (0xe0 | c >> 12);

            } else {
                *p++ = (unsigned char) (0xf0 | c >> 18);
                *p++ = (unsigned char) (0x80 | (c >> 12 & 0x3f));
            }

            *p++ = (unsigned char) (0x80 | (c >> 6 & 0x3f));
        }

        *p++ = (unsigned char) (0x80 | (c & 0x3f));

        memcpy(expected, bytes, (size_t) (p - bytes));
        expected[p - bytes] = '\0';

        assert_chars(bytes, (size_t) (p - bytes), expected);
    }
}


static void
check_large_output(void **state)
{
    char             *body;
    size_t            i, len;
    unsigned char    *output;
    pyexec_answer_t   answer = { .status = "ok" };

    (void) state;

    len = 1 << 20;
    output = malloc(len);
    assert_non_null(output);

    memset(output, 0x01, len);
    answer.output.data = output;
    answer.output.len = len;
    answer.error = answer.output;

    body = answer_body(&answer);
    assert_true(strlen(body) > 12 * len);

    for (i = 0; i < len; i++) {
        assert_memory_equal(body + strlen("{\"output\": \"") + 6 * i,
                            "\\u0001", 6);
    }

    free(body);
    free(output);
}


static const struct CMUnitTest  tests[] = {

    /* whole answers */

    ANSWER("a program that printed and ended well",
           "{\"output\": \"4.0\\n\", \"error\": \"\", \"returncode\": 0, "
           "\"execution_time\": \"0.0031 seconds\", \"status\": \"ok\", "
           "\"cpu_time\": 0.001200, \"memory\": 9437184}",
           .output = BYTES("4.0\n"), .execution_time = 0.0031, .status = "ok",
           .cpu_time = 0.0012, .memory = 9437184),
    ANSWER("a program that printed nothing",
           "{\"output\": \"\", \"error\": \"\", \"returncode\": 3, "
           "\"execution_time\": \"1.2346 seconds\", \"status\": \"error\", "
           "\"cpu_time\": 1.234568, \"memory\": 1}",
           .returncode = 3, .execution_time = 1.2345678, .status = "error",
           .cpu_time = 1.2345678, .memory = 1),
    ANSWER("a program that a signal ended",
           "{\"output\": \"a\", \"error\": \"b\", \"returncode\": -11, "
           "\"execution_time\": \"0.5000 seconds\", \"status\": \"signal\", "
           "\"cpu_time\": 0.250000, \"memory\": 0}",
           .output = BYTES("a"), .error = BYTES("b"), .returncode = -11,
           .execution_time = 0.5, .status = "signal", .cpu_time = 0.25),
    ANSWER("the largest numbers",
           "{\"output\": \"\", \"error\": \"\", \"returncode\": -2147483648, "
           "\"execution_time\": \"1000000000.0000 seconds\", "
           "\"status\": \"ok\", \"cpu_time\": 1000000000.000000, "
           "\"memory\": 18446744073709551615}",
           .returncode = INT_MIN, .execution_time = 1e300, .status = "ok",
           .cpu_time = HUGE_VAL, .memory = UINT64_MAX),

    SECONDS("no time at all", 0, "0.0000", "0.000000"),
    SECONDS("a nanosecond", 1e-9, "0.0000", "0.000000"),
    SECONDS("a microsecond", 1e-6, "0.0000", "0.000001"),
    SECONDS("a time that rounds up", 0.99996, "1.0000", "0.999960"),
    SECONDS("a time that rounds up to a whole second in both",
            1.9999999, "2.0000", "2.000000"),
    SECONDS("zeros after the point stay", 7.001, "7.0010", "7.001000"),
    SECONDS("a day", 86400.25, "86400.2500", "86400.250000"),
    SECONDS("a clock that went backwards is no time", -3, "0.0000",
            "0.000000"),
    SECONDS("NaN is no time", NAN, "0.0000", "0.000000"),

    /* the notice */

    ERROR("no notice leaves the error as it is", "Traceback\n", NULL,
          "Traceback\\n"),
    ERROR("a notice is all there is where the error is empty", "",
          "Execution timed out after 5 seconds",
          "Execution timed out after 5 seconds"),
    ERROR("a notice goes after an error that ends in a newline", "a\nb\n",
          "Execution timed out after 5 seconds",
          "a\\nb\\nExecution timed out after 5 seconds"),
    ERROR("a notice gets a line of its own after an error that does not",
          "a\nb", "Execution timed out after 5 seconds",
          "a\\nb\\nExecution timed out after 5 seconds"),
    ERROR("a carriage return does not end the line before a notice", "a\r",
          "n", "a\\r\\nn"),
    ERROR("a newline alone is enough before a notice", "\n", "n", "\\nn"),
    ERROR("a character cut short does not swallow the notice", "a\xe2\x82",
          "n", "a" U_FFFD "\\nn"),
    ERROR("a lead byte before a newline does not swallow it", "\xf0\n", "n",
          U_FFFD "\\nn"),
    ERROR("an error of NUL bytes gets the notice on the next line", "\0\0",
          "n", "\\u0000\\u0000\\nn"),
    ERROR("a notice is escaped like all text", "", "\"\\\n",
          "\\\"\\\\\\n"),

    /* refusals */

    REFUSAL("a refusal with a message alone",
            "{\"error\": \"Method not allowed\"}", "Method not allowed", 0, 0),
    REFUSAL("a refusal with a place",
            "{\"error\": \"Code is not safe: Disallowed import: socket\", "
            "\"line\": 3, \"column\": 5}",
            "Code is not safe: Disallowed import: socket", 3, 5),
    REFUSAL("a refusal with quotes in it",
            "{\"error\": \"Missing \\\"code\\\" field\"}",
            "Missing \"code\" field", 0, 0),
    REFUSAL("a refusal with a name in Chinese",
            "{\"error\": \"Disallowed import: \xe6\xb5\x8b\", \"line\": 1, "
            "\"column\": 1}", "Disallowed import: \xe6\xb5\x8b", 1, 1),
    REFUSAL("a refusal of nothing", "{\"error\": \"\"}", "", 0, 0),
    REFUSAL("a refusal at the last place there is",
            "{\"error\": \"x\", \"line\": 4294967295, "
            "\"column\": 4294967295}", "x", UINT_MAX, UINT_MAX),

    /* characters */

    CHARS("plain text stays as it is", "Hello, world!", "Hello, world!"),
    CHARS("the characters with a short escape", "\"\\\b\f\n\r\t",
          "\\\"\\\\\\b\\f\\n\\r\\t"),
    CHARS("NUL", "a\0b", "a\\u0000b"),
    CHARS("the other control characters", "\x01\x07\x0b\x0e\x1b\x1f",
          "\\u0001\\u0007\\u000b\\u000e\\u001b\\u001f"),
    CHARS("DEL, slash and the C1 control characters stay raw",
          "\x7f/\xc2\x80\xc2\x9f", "\x7f/\xc2\x80\xc2\x9f"),
    CHARS("U+2028 and a byte order mark stay raw",
          "\xef\xbb\xbf\xe2\x80\xa8", "\xef\xbb\xbf\xe2\x80\xa8"),
    CHARS("noncharacters stay raw", "\xef\xb7\x90\xef\xbf\xbf\xf4\x8f\xbf\xbf",
          "\xef\xb7\x90\xef\xbf\xbf\xf4\x8f\xbf\xbf"),
    CHARS("UTF-8 of every length",
          "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
          "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
    CHARS("U+FFFD that the program printed itself", U_FFFD, U_FFFD),
    CHARS("text that looks like JSON", "{\"a\": \"\\u0000\"}",
          "{\\\"a\\\": \\\"\\\\u0000\\\"}"),

    /* what is not UTF-8; expected is what Python's decoder gives */

    CHARS("a continuation byte alone", "\x80", "?"),
    CHARS("two continuation bytes", "\xbf\x80", "??"),
    CHARS("an overlong slash", "\xc0\xaf", "??"),
    CHARS("an overlong DEL", "\xc1\xbf", "??"),
    CHARS("an overlong slash in three bytes", "\xe0\x80\xaf", "???"),
    CHARS("the last overlong of three bytes", "\xe0\x9f\xbf", "???"),
    CHARS("an overlong slash in four bytes", "\xf0\x80\x80\xaf", "????"),
    CHARS("the last overlong of four bytes", "\xf0\x8f\xbf\xbf", "????"),
    CHARS("a surrogate", "\xed\xa0\x80", "???"),
    CHARS("a surrogate pair", "\xed\xa0\xbd\xed\xb8\x80", "??????"),
    CHARS("the first character beyond Unicode", "\xf4\x90\x80\x80",
          "????"),
    CHARS("a lead byte beyond Unicode", "\xf5\x80\x80\x80", "????"),
    CHARS("a sequence of five", "\xf8\x88\x80\x80\x80", "?????"),
    CHARS("a sequence of six", "\xfc\x84\x80\x80\x80\x80", "??????"),
    CHARS("a UTF-16 byte order mark", "\xfe\xff", "??"),
    CHARS("one of two bytes at the end", "\xc3", "?"),
    CHARS("one of three bytes at the end", "\xe2", "?"),
    CHARS("two of three bytes at the end", "\xe2\x82", "?"),
    CHARS("one of four bytes at the end", "\xf0", "?"),
    CHARS("two of four bytes at the end", "\xf0\x9f", "?"),
    CHARS("three of four bytes at the end", "\xf0\x9f\x98", "?"),
    CHARS("one of two bytes before a letter", "\xc3" "A", "?A"),
    CHARS("two of three bytes before a letter", "\xe2\x82" "A", "?A"),
    CHARS("three of four bytes before a letter", "\xf0\x9f\x98" "A", "?A"),
    CHARS("a character cut short before a whole one",
          "\xe2\x82\xe2\x82\xac", "?\xe2\x82\xac"),
    CHARS("an emoji cut short before a whole one",
          "\xf0\x9f\x98\xf0\x9f\x98\x80", "?\xf0\x9f\x98\x80"),
    CHARS("a lead byte twice", "\xc3\xc3\xa9", "?\xc3\xa9"),
    CHARS("a continuation byte too many", "\xc3\xa9\xa9", "\xc3\xa9?"),
    CHARS("the example of the Unicode Standard, table 3-8",
          "\xc0\xaf\xe0\x80\xbf\xf0\x81\x82" "A", "????????A"),
    CHARS("the example of the Unicode Standard, table 3-11",
          "\xe1\x80\xe2\xf0\x91\x92\xf1\xbf" "A", "????A"),
    CHARS("a mix of cut sequences and letters",
          "A\xf1\x80\x80\xe1\x80\xc2" "b\x80" "c\x80\xbf" "d",
          "A???b?c??d"),
    CHARS("a good second byte after E0", "\xe0\xa0", "?"),
    CHARS("a bad second byte after E0", "\xe0\x80", "??"),
    CHARS("a good second byte after ED", "\xed\x9f", "?"),
    CHARS("a bad second byte after ED", "\xed\xa0", "??"),
    CHARS("a good second byte after F0", "\xf0\x90\x80", "?"),
    CHARS("a bad second byte after F0", "\xf0\x8f\x80", "???"),
    CHARS("a good second byte after F4", "\xf4\x8f\xbf", "?"),
    CHARS("a bad second byte after F4", "\xf4\x90\x80", "???"),
    CHARS("a quote after a cut sequence is still escaped", "\xe2\x82\"",
          "?\\\""),
    CHARS("a backslash after a cut sequence is still escaped", "\xe2\\",
          "?\\\\"),
    CHARS("Latin-1", "caf\xe9 cr\xe8me", "caf? cr?me"),

    /* what takes more than one answer to tell */

    { "every byte is written the same wherever it stands",
      check_every_byte_everywhere, NULL, NULL, NULL },
    { "every sequence of four bytes decodes as Python decodes it",
      check_every_sequence, NULL, NULL, NULL },
    { "every character is written as it is",
      check_every_character, NULL, NULL, NULL },
    { "a megabyte of control characters becomes six",
      check_large_output, NULL, NULL, NULL },
};


int
main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
