/*
 * A program that is checked by another text, in a reply that may be hostile.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/policy.h"
#include "policy/rewritten.h"


#define COUNT(list)  (sizeof(list) / sizeof((list)[0]))
#define MARKS_MAX    4


typedef struct {
    size_t   len;
    char     data[1024];
} reply_t;


typedef struct {
    const char               *program;
    const char               *text;
    pyexec_rewritten_mark_t   marks[MARKS_MAX];
    size_t                    nmarks;
    pyexec_policy_outcome_t   outcome;
    uint32_t                  line;
    uint32_t                  column;
} case_t;


static pyexec_policy_t  *policy;


static int
setup(void **state)
{
    static const char *const        allow[] = { "os" };
    static pyexec_policy_options_t  options = { .allow = allow, .nallow = 1 };

    (void) state;

    policy = pyexec_policy_create(&options);

    return policy == NULL;
}


static int
teardown(void **state)
{
    (void) state;

    pyexec_policy_free(policy);

    return 0;
}


static void
append(reply_t *reply, const void *data, size_t len)
{
    assert_true(reply->len + len <= sizeof(reply->data));

    if (len) {
        memcpy(reply->data + reply->len, data, len);
        reply->len += len;
    }
}


static void
append_number(reply_t *reply, uint32_t number)
{
    append(reply, &number, sizeof(number));
}


static void
build(reply_t *reply, const char *text, size_t len,
    const pyexec_rewritten_mark_t *marks, size_t nmarks)
{
    reply->len = 0;

    append(reply, PYEXEC_REWRITTEN_MAGIC, strlen(PYEXEC_REWRITTEN_MAGIC));
    append_number(reply, (uint32_t) len);
    append_number(reply, (uint32_t) nmarks);
    append(reply, marks, nmarks * sizeof(marks[0]));
    append(reply, text, len);
}


/* With the reply in memory of its exact size: a byte read past it is found. */

static bool
parse(const reply_t *reply, size_t len)
{
    bool                 parsed;
    char                *copy;
    pyexec_rewritten_t   rewritten;

    copy = malloc(len + !len);
    assert_non_null(copy);
    memcpy(copy, reply->data, len);

    parsed = pyexec_rewritten_parse(&rewritten, copy, len);

    if (parsed) {
        assert_true(rewritten.text >= copy);
        assert_ptr_equal(rewritten.text + rewritten.len, copy + len);
    }

    free(copy);

    return parsed;
}


static void
check(void **state)
{
    reply_t                   reply;
    const case_t             *c = *state;
    pyexec_policy_verdict_t   verdict;

    pyexec_policy_check(policy, c->program, strlen(c->program), &verdict);
    assert_int_equal(verdict.outcome, PYEXEC_POLICY_UNANALYSABLE);

    build(&reply, c->text, strlen(c->text), c->marks, c->nmarks);
    pyexec_rewritten_check(policy, c->program, strlen(c->program), reply.data,
                           reply.len, &verdict);

    assert_int_equal(verdict.outcome, c->outcome);
    assert_int_equal(verdict.line, c->line);
    assert_int_equal(verdict.column, c->column);
}


static void
refusal_has_the_words_of_the_policy(void **state)
{
    reply_t                  reply;
    pyexec_policy_verdict_t  verdict;

    static const char                     program[] = "x = 1, *[2]; import re";
    static const char                     text[] = "import re";
    static const pyexec_rewritten_mark_t  mark = { 1, 8, 1, 21 };

    (void) state;

    pyexec_policy_check(policy, program, strlen(program), &verdict);
    build(&reply, text, strlen(text), &mark, 1);
    pyexec_rewritten_check(policy, program, strlen(program), reply.data,
                           reply.len, &verdict);

    assert_string_equal(verdict.message, "Disallowed import: re");
    assert_string_equal(verdict.rule, "import");
    assert_int_equal(verdict.line, 1);
    assert_int_equal(verdict.column, 21);
}


static void
only_what_is_unanalysable_is_decided(void **state)
{
    size_t                   i;
    reply_t                  reply;
    pyexec_policy_verdict_t  verdict;

    static const pyexec_policy_outcome_t  outcomes[] = {
        PYEXEC_POLICY_UNDECIDED, PYEXEC_POLICY_ALLOWED, PYEXEC_POLICY_REFUSED,
        PYEXEC_POLICY_NO_MEMORY
    };

    (void) state;

    build(&reply, "a\n", 2, NULL, 0);

    for (i = 0; i < COUNT(outcomes); i++) {
        memset(&verdict, 0, sizeof(verdict));
        verdict.outcome = outcomes[i];

        pyexec_rewritten_check(policy, "a", 1, reply.data, reply.len,
                               &verdict);

        assert_int_equal(verdict.outcome, outcomes[i]);
    }
}


static void
useless_reply_changes_nothing(void **state)
{
    reply_t                  reply;
    pyexec_policy_verdict_t  verdict, before;

    (void) state;

    pyexec_policy_check(policy, "\n\nx = 1, *[2]\n", 14, &before);
    assert_int_equal(before.outcome, PYEXEC_POLICY_UNANALYSABLE);
    assert_int_equal(before.line, 3);

    verdict = before;
    pyexec_rewritten_check(policy, "\n\nx = 1, *[2]\n", 14, "", 0, &verdict);
    assert_memory_equal(&verdict, &before, sizeof(verdict));

    /* The parser does not know the text either. */

    build(&reply, "x = (", 5, NULL, 0);
    pyexec_rewritten_check(policy, "\n\nx = 1, *[2]\n", 14, reply.data,
                           reply.len, &verdict);
    assert_memory_equal(&verdict, &before, sizeof(verdict));
}


static void
every_prefix_is_refused(void **state)
{
    size_t   len;
    reply_t  reply;

    static const pyexec_rewritten_mark_t  mark = { 1, 1, 1, 1 };

    (void) state;

    build(&reply, "a = 1\n", 6, &mark, 1);
    assert_true(parse(&reply, reply.len));

    for (len = 0; len < reply.len; len++) {
        assert_false(parse(&reply, len));
    }

    append(&reply, "\n", 1);
    assert_false(parse(&reply, reply.len));
}


static void
lengths_that_lie_are_refused(void **state)
{
    size_t    i, at;
    reply_t   reply;
    uint32_t  number;

    static const uint32_t  numbers[] = {
        1, 7, 1u << 28, 1u << 31, UINT32_MAX - 15, UINT32_MAX
    };

    (void) state;

    for (i = 0; i < 2 * COUNT(numbers); i++) {
        build(&reply, "a = 1\n", 6, NULL, 0);
        assert_true(parse(&reply, reply.len));

        number = numbers[i / 2];
        at = strlen(PYEXEC_REWRITTEN_MAGIC) + (i % 2) * sizeof(number);
        memcpy(reply.data + at, &number, sizeof(number));

        assert_false(parse(&reply, reply.len));
    }
}


static void
marks_out_of_order_are_refused(void **state)
{
    size_t   i;
    reply_t  reply;

    static const pyexec_rewritten_mark_t  marks[][2] = {
        { { 2, 1, 1, 1 }, { 1, 1, 1, 1 } },
        { { 1, 2, 1, 1 }, { 1, 1, 1, 1 } },
        { { 1, 1, 1, 1 }, { 1, 1, 2, 1 } },
        { { 0, 0, 1, 1 }, { 1, 1, 1, 1 } },
    };

    (void) state;

    for (i = 0; i < COUNT(marks); i++) {
        build(&reply, "a\nb\n", 4, marks[i], 2);
        assert_false(parse(&reply, reply.len));
    }
}


static void
text_in_another_form_is_refused(void **state)
{
    size_t   i;
    reply_t  reply;

    static const struct {
        const char  *text;
        size_t       len;
    } texts[] = {
        { "a\r\n", 3 }, { "a\rb", 3 }, { "\0", 1 }, { "a\0b", 3 },
        { "\xEF\xBB\xBF" "a", 4 }, { "\xFF", 1 }, { "a\xC3", 2 },
        { "\xED\xA0\x80", 3 }, { "\xC0\x80", 2 }, { "\xF4\x90\x80\x80", 4 },
    };

    (void) state;

    for (i = 0; i < COUNT(texts); i++) {
        build(&reply, texts[i].text, texts[i].len, NULL, 0);
        assert_false(parse(&reply, reply.len));
    }

    build(&reply, "\xC3\xA4\xF0\x9F\x98\x80\xEF\xBB\xBF", 9, NULL, 0);
    assert_true(parse(&reply, reply.len));
}


static void
another_magic_is_refused(void **state)
{
    size_t   i;
    reply_t  reply;

    (void) state;

    for (i = 0; i < strlen(PYEXEC_REWRITTEN_MAGIC); i++) {
        build(&reply, "a", 1, NULL, 0);
        assert_true(parse(&reply, reply.len));

        reply.data[i] ^= 1;
        assert_false(parse(&reply, reply.len));
    }
}


static void
position_is_always_in_the_program(void **state)
{
    size_t                    i, j;
    reply_t                   reply;
    uint32_t                  line, column;
    pyexec_rewritten_t        rewritten;
    pyexec_rewritten_mark_t   mark;

    static const char      program[] = "a\n\xC3\xA4\xC3\xB6\n";
    static const uint32_t  ends[] = { 2, 3, 1 };
    static const uint32_t  numbers[] = { 0, 1, 2, 3, 4, 9, 1u << 31,
                                         UINT32_MAX };

    (void) state;

    for (i = 0; i < COUNT(numbers) * COUNT(numbers); i++) {
        mark.line = 1;
        mark.column = 1;
        mark.program_line = numbers[i % COUNT(numbers)];
        mark.program_column = numbers[i / COUNT(numbers)];

        build(&reply, "abc", 3, &mark, 1);
        assert_true(pyexec_rewritten_parse(&rewritten, reply.data, reply.len));

        for (j = 0; j < COUNT(numbers); j++) {
            line = 1;
            column = numbers[j];

            pyexec_rewritten_position(&rewritten, program, strlen(program),
                                      &line, &column);

            assert_true(line >= 1 && line <= 3);
            assert_true(column >= 1 && column <= ends[line - 1]);
        }
    }

    line = 1;
    column = 1;
    pyexec_rewritten_position(&rewritten, "", 0, &line, &column);
    assert_int_equal(line, 1);
    assert_int_equal(column, 1);
}


static void
limit_grows_with_the_program(void **state)
{
    (void) state;

    assert_true(pyexec_rewritten_limit(0) > strlen(PYEXEC_REWRITTEN_MAGIC));
    assert_true(pyexec_rewritten_limit(65536) > 16 * 65536);
    assert_int_equal(pyexec_rewritten_limit(SIZE_MAX), SIZE_MAX);
}


#define CASE(name, ...)                                                      \
    { name, check, NULL, NULL, &(case_t) { __VA_ARGS__ } },

#define ALLOWED  PYEXEC_POLICY_ALLOWED
#define REFUSED  PYEXEC_POLICY_REFUSED

/* In place of what the parser does not know, which is not of interest here. */
#define UNKNOWN  "x = 1, *[2]\n"


static const struct CMUnitTest  tests[] = {

    CASE("a text that is allowed", UNKNOWN, "x = (1, *[2])\n", { { 0 } }, 0,
         ALLOWED, 0, 0)
    CASE("an empty text is allowed", UNKNOWN, "", { { 0 } }, 0, ALLOWED, 0, 0)

    CASE("a refusal is told where the mark is",
         UNKNOWN "import re\n", "\nimport re", { { 2, 8, 2, 8 } }, 1,
         REFUSED, 2, 8)
    CASE("a refusal is told behind a mark on its line",
         UNKNOWN "from   a  import b;  import re\n",
         "from a import b; import re",
         { { 1, 6, 2, 8 }, { 1, 16, 2, 20 } }, 2, REFUSED, 2, 8)
    CASE("a refusal is told behind the last mark on its line",
         UNKNOWN "import os;    os . system(1)\n",
         "import os; os.system(1)",
         { { 1, 8, 2, 8 }, { 1, 12, 2, 15 }, { 1, 20, 9, 9 } }, 3,
         REFUSED, 2, 15)
    CASE("a place between two marks is as far behind the first",
         UNKNOWN "import     os,re\n", "import os,re",
         { { 1, 8, 2, 12 } }, 1, REFUSED, 2, 15)
    CASE("a mark of the line before is for that line alone",
         UNKNOWN "import re\n", "a\nimport re", { { 1, 1, 2, 5 } }, 1,
         REFUSED, 1, 1)
    CASE("without marks nothing is known",
         UNKNOWN "import re\n", "import re", { { 0 } }, 0, REFUSED, 1, 1)
    CASE("a mark behind a refusal says nothing of it",
         UNKNOWN "import re\n", "import re", { { 1, 9, 2, 9 } }, 1,
         REFUSED, 1, 1)
    CASE("columns are counted in characters",
         UNKNOWN "x = '\xC3\xA4\xF0\x9F\x98\x80'; import re\n",
         "x = '\xC3\xA4\xF0\x9F\x98\x80'\nimport re", { { 2, 8, 2, 18 } }, 1,
         REFUSED, 2, 18)
    CASE("a column that the line does not have is its end",
         UNKNOWN "x = '\xC3\xA4\xF0\x9F\x98\x80'; import re\n",
         "import re", { { 1, 8, 2, 99 } }, 1, REFUSED, 2, 20)
    CASE("a line that the program does not have is its last",
         UNKNOWN "import re", "import re", { { 1, 8, 99, 3 } }, 1,
         REFUSED, 2, 1)

    cmocka_unit_test(refusal_has_the_words_of_the_policy),
    cmocka_unit_test(only_what_is_unanalysable_is_decided),
    cmocka_unit_test(useless_reply_changes_nothing),
    cmocka_unit_test(every_prefix_is_refused),
    cmocka_unit_test(lengths_that_lie_are_refused),
    cmocka_unit_test(marks_out_of_order_are_refused),
    cmocka_unit_test(text_in_another_form_is_refused),
    cmocka_unit_test(another_magic_is_refused),
    cmocka_unit_test(position_is_always_in_the_program),
    cmocka_unit_test(limit_grows_with_the_program),
};


int
main(void)
{
    return cmocka_run_group_tests(tests, setup, teardown);
}
