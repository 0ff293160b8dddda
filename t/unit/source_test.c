/*
 * The form that a program has for both of its readers.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/source.h"


typedef struct {
    const char  *code;
    size_t       len;
    const char  *expected;
} case_t;


static void
check(void **state)
{
    char          *copy;
    size_t         len;
    const case_t  *c = *state;

    /* Of its exact size: a byte read or written past it is found. */

    copy = malloc(c->len + !c->len);
    assert_non_null(copy);
    memcpy(copy, c->code, c->len);

    len = pyexec_source_normalise(copy, c->len);

    assert_int_equal(len, strlen(c->expected));
    assert_memory_equal(copy, c->expected, len);

    free(copy);
}


#define CASE(name, code, expected)                                           \
    { name, check, NULL, NULL,                                               \
      &(case_t) { code, sizeof(code) - 1, expected } }


static const struct CMUnitTest  tests[] = {
    CASE("an empty program stays empty", "", ""),
    CASE("a program of one line keeps its end", "x = 1\n", "x = 1\n"),
    CASE("a missing last line end is not added", "x = 1", "x = 1"),
    CASE("Windows line ends become one character", "a\r\nb\r\n", "a\nb\n"),
    CASE("a carriage return alone ends a line too", "a\rb\r", "a\nb\n"),
    CASE("line ends of all sorts in one program",
         "a\nb\r\nc\rd\n\re", "a\nb\nc\nd\n\ne"),
    CASE("two carriage returns are two lines", "a\r\rb", "a\n\nb"),
    CASE("two carriage returns and a line feed are two lines",
         "a\r\r\nb", "a\n\nb"),
    CASE("a line feed before a carriage return ends a line of its own",
         "a\n\rb", "a\n\nb"),
    CASE("a program of carriage returns", "\r\r\r", "\n\n\n"),
    CASE("a carriage return as the last byte", "a\r\n\r", "a\n\n"),
    CASE("a comment ends at a carriage return",
         "# a\rimport socket\n", "# a\nimport socket\n"),
    CASE("a string over lines is of the same form",
         "'''a\r\nb\rc'''", "'''a\nb\nc'''"),
    CASE("a byte order mark in front goes", "\xEF\xBB\xBFx = 1\n", "x = 1\n"),
    CASE("a byte order mark and Windows line ends",
         "\xEF\xBB\xBF" "a\r\nb", "a\nb"),
    CASE("a byte order mark alone", "\xEF\xBB\xBF", ""),
    CASE("only the first of two byte order marks goes",
         "\xEF\xBB\xBF\xEF\xBB\xBF", "\xEF\xBB\xBF"),
    CASE("a byte order mark further on stays",
         "a\xEF\xBB\xBF", "a\xEF\xBB\xBF"),
    CASE("the beginning of a byte order mark stays", "\xEF\xBB", "\xEF\xBB"),
    CASE("other line separators of Unicode are no line ends",
         "a\xE2\x80\xA8" "b\xC2\x85" "c\x0B" "d\x0C",
         "a\xE2\x80\xA8" "b\xC2\x85" "c\x0B" "d\x0C"),
};


int
main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
