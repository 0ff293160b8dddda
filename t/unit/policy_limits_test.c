/*
 * Programs that no one writes by hand: each is answered in a bounded time
 * and does no harm.  What the answer is matters where a line is worth a
 * comment; CPython itself reads hardly any of them.
 */

#define _POSIX_C_SOURCE  200809L

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pthread.h>

#include <cmocka.h>

#include "policy/policy.h"


#define KB          1024

/*
 * CPU time for each test, with sanitizers: what the parser is given for each
 * of its two rounds, and as much again.
 */
#define BASE_MS     200
#define PER_KB_MS   12

#define ANY         (-1)


/* head, then the middle repeated up to the size, then as many tails. */

typedef struct {
    size_t       size;
    int          outcome;
    const char  *head;
    const char  *open;
    const char  *middle;
    const char  *close;
    const char  *tail;
} shape_t;


static pyexec_policy_t  *policy;


static int
setup(void **state)
{
    static const char *const        allow[] = { "os", "math" };
    static pyexec_policy_options_t  options = {
        .allow = allow, .nallow = 2
    };

    (void) state;

    policy = pyexec_policy_create(&options);

    return policy ? 0 : -1;
}


static int
teardown(void **state)
{
    (void) state;

    pyexec_policy_free(policy);

    return 0;
}


static char *
repeat(char *p, const char *text, size_t count)
{
    size_t  len;

    len = strlen(text);

    while (count--) {
        memcpy(p, text, len);
        p += len;
    }

    return p;
}


static char *
build(const shape_t *shape, size_t *len)
{
    char    *code, *p;
    size_t   count, rest;

    rest = strlen(shape->head) + strlen(shape->middle) + strlen(shape->tail);
    count = (shape->size - rest)
            / (strlen(shape->open) + strlen(shape->close));

    code = malloc(shape->size);
    assert_non_null(code);

    p = repeat(code, shape->head, 1);
    p = repeat(p, shape->open, count);
    p = repeat(p, shape->middle, 1);
    p = repeat(p, shape->close, count);
    p = repeat(p, shape->tail, 1);

    *len = (size_t) (p - code);

    return code;
}


static double
cpu_ms(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);

    return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}


static void
check(void **state)
{
    char                     *code;
    double                    start, spent;
    size_t                    len;
    const shape_t            *shape = *state;
    pyexec_policy_verdict_t   verdict;

    code = build(shape, &len);

    start = cpu_ms();
    pyexec_policy_check(policy, code, len, &verdict);
    spent = cpu_ms() - start;

    free(code);

    assert_int_not_equal(verdict.outcome, PYEXEC_POLICY_NO_MEMORY);
    assert_true(spent < BASE_MS + PER_KB_MS * (double) shape->size / KB);

    if (shape->outcome != ANY) {
        assert_int_equal(verdict.outcome, shape->outcome);
    }
}


/*
 * Every thread has a program of its own for the same policy, and gets the
 * verdict of its own each time.
 */

static void *
thread(void *data)
{
    int                       i;
    char                      code[64], message[64];
    intptr_t                  number = (intptr_t) data;
    pyexec_policy_verdict_t   verdict;

    snprintf(code, sizeof(code), "import math\nimport m%d\n", (int) number);
    snprintf(message, sizeof(message), "Disallowed import: m%d",
             (int) number);

    for (i = 0; i < 200; i++) {
        pyexec_policy_check(policy, code, strlen(code), &verdict);

        if (strcmp(verdict.message, message) != 0) {
            return NULL;
        }
    }

    return policy;
}


static void
threads_share_a_policy(void **state)
{
    void       *result;
    pthread_t   threads[8];
    intptr_t    i;

    (void) state;

    for (i = 0; i < 8; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, thread, (void *) i),
                         0);
    }

    for (i = 0; i < 8; i++) {
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, policy);
    }
}


#define ALLOWED       PYEXEC_POLICY_ALLOWED
#define REFUSED       PYEXEC_POLICY_REFUSED
#define UNANALYSABLE  PYEXEC_POLICY_UNANALYSABLE

#define SHAPE(name, size, outcome, ...)                                      \
    { name, check, NULL, NULL, &(shape_t) { size, outcome, __VA_ARGS__ } }


static const struct CMUnitTest  tests[] = {
    SHAPE("64 KB of (", 64 * KB, UNANALYSABLE, "", "(", "", "", ""),
    SHAPE("64 KB of [", 64 * KB, UNANALYSABLE, "", "[", "", "", ""),
    SHAPE("64 KB of {", 64 * KB, UNANALYSABLE, "", "{", "", "", ""),
    SHAPE("1 MB of (", 1024 * KB, UNANALYSABLE, "", "(", "", "", ""),
    SHAPE("1 MB of ({[", 1024 * KB, UNANALYSABLE, "", "({[", "", "", ""),
    SHAPE("( and ) in balance", 64 * KB, ANY, "", "(", "1", ")", ""),
    SHAPE("[ and ] in balance", 64 * KB, ANY, "", "[", "", "]", ""),
    SHAPE("[ and ] in balance, assigned to", 64 * KB, ANY,
          "", "[", "a", "]", "=1"),
    SHAPE("{ and } in balance", 64 * KB, ANY, "", "{", "1", "}", ""),
    SHAPE("subscripts of subscripts", 64 * KB, ANY, "", "a[", "1", "]", ""),
    SHAPE("calls of calls", 64 * KB, ANY, "a", "()", "", "", ""),
    SHAPE("calls in calls", 64 * KB, ANY, "", "a(", "", ")", ""),
    SHAPE("getattr in getattr", 64 * KB, ANY, "import os\n",
          "getattr(", "os", ",'path')", "('ls')"),
    SHAPE("attributes of attributes", 64 * KB, ANY,
          "import os\nos", ".path", "", "", ".os.system('ls')"),
    SHAPE("minus after minus", 64 * KB, ANY, "", "-", "1", "", ""),
    SHAPE("not after not", 64 * KB, ANY, "", "not ", "1", "", ""),
    SHAPE("plus after plus", 64 * KB, ANY, "a", "+a", "", "", ""),
    SHAPE("power after power", 64 * KB, ANY, "a", "**a", "", "", ""),
    SHAPE("lambda after lambda", 64 * KB, ANY, "", "lambda:", "1", "", ""),
    SHAPE("await after await", 64 * KB, ANY, "", "await ", "a", "", ""),
    SHAPE("or after or", 64 * KB, ANY, "import os\n(os.system",
          " or a", "", "", ")('ls')"),
    SHAPE("else after else", 64 * KB, ANY, "a", " if a else a", "", "", ""),
    SHAPE("an assignment of many names", 64 * KB, ANY,
          "import os\n", "a=", "os.system", "", "\na('ls')"),
    SHAPE("a tuple of many names", 64 * KB, ANY, "", "a,", "b", "", ""),
    SHAPE("tuples in tuples", 64 * KB, ANY, "", "(a,", "b", ")", "=c"),
    SHAPE("walrus in walrus", 64 * KB, ANY, "", "(a:=", "1", ")", ""),
    SHAPE("comprehensions in comprehensions", 64 * KB, ANY,
          "", "[a for a in ", "a", "]", ""),
    SHAPE("formatted strings in formatted strings", 64 * KB, ANY,
          "", "f'{", "1", "}'", ""),
    SHAPE("formats in formats", 64 * KB, ANY, "f'", "{a:", "", "}", "'"),
    SHAPE("formatted strings that never end", 64 * KB, UNANALYSABLE,
          "", "f'{", "", "", ""),
    SHAPE("expressions in one formatted string", 32 * KB, ALLOWED,
          "f'", "{a}", "", "", "'"),
    SHAPE("a string of escapes", 64 * KB, ALLOWED, "'", "\\n", "", "", "'"),
    SHAPE("strings side by side", 64 * KB, ANY, "", "'a'", "", "", ""),
    SHAPE("a mode of many parts", 64 * KB, ANY,
          "open('x',", "'r'", "", "", ")"),
    SHAPE("quotes", 64 * KB, ANY, "", "'", "", "", ""),
    SHAPE("backslashes", 64 * KB, UNANALYSABLE, "", "\\", "", "", ""),
    SHAPE("continued lines", 64 * KB, ANY, "", "\\\n", "1", "", ""),
    SHAPE("stars", 64 * KB, UNANALYSABLE, "", "*", "", "", ""),
    SHAPE("at signs", 64 * KB, UNANALYSABLE, "", "@", "", "", ""),
    SHAPE("empty lines", 1024 * KB, ALLOWED, "", "\n", "", "", ""),
    SHAPE("blanks", 1024 * KB, ALLOWED, "", " ", "", "", "\n"),
    SHAPE("empty comments", 64 * KB, ANY, "", "#\n", "", "", ""),
    SHAPE("empty comments in a list", 64 * KB, ANY, "[\n", "#\n", "", "",
          "]"),
    SHAPE("a comment of one line", 1024 * KB, ALLOWED, "#", "a", "", "", ""),
    SHAPE("a name of one line", 1024 * KB, ALLOWED, "", "a", "", "", ""),
    SHAPE("a name of one wide line", 1023 * KB, ALLOWED,
          "", "\xEF\xBD\x81", "", "", ""),
    SHAPE("a name of combining marks", 64 * KB, ANY,
          "a", "\xCC\x81\xCC\xA3", "", "", ""),
    SHAPE("names of combining marks", 64 * KB, ANY, "",
          "a\xCC\x81\xCC\xA3\xCC\x81\xCC\xA3\xCC\x81\xCC\xA3\n", "", "", ""),
    SHAPE("a number of one line", 64 * KB, ALLOWED, "", "1", "", "", ""),
    SHAPE("a string of one line", 1024 * KB, ALLOWED, "'", "a", "", "", "'"),
    SHAPE("statements of one character", 64 * KB, ALLOWED,
          "", "a\n", "", "", ""),
    SHAPE("semicolons", 64 * KB, ANY, "", "a;", "", "", ""),
    SHAPE("the same import over and over", 64 * KB, ALLOWED,
          "", "import os\n", "", "", ""),
    SHAPE("a forbidden import over and over", 64 * KB, REFUSED,
          "", "import re\n", "", "", ""),
    SHAPE("imports of a long path", 64 * KB, ANY, "import os", ".a",
          "", "", ""),
    SHAPE("imports of many names", 64 * KB, ANY, "from os import a",
          ",a", "", "", ""),
    SHAPE("uses of a name that is bound again each time", 64 * KB, ANY,
          "import os\n", "o=os;o.sep\n", "", "", "o.system('ls')"),
    SHAPE("aliases that each need another pass", 64 * KB, ANY,
          "import os\nwhile a:\n", " o.system(a);o=p;p=q;q=r;r=s;s=t;t=os\n",
          "", "", ""),
    SHAPE("names of the null device, by many ways", 64 * KB, ANY,
          "import os\n", "a=b;b=c;c=d;d=os.devnull;", "", "",
          "\nopen(a,'w')\n"),
    SHAPE("the parts of calls over and over", 64 * KB, ANY,
          "import os\n", "a,b=os.pipe();os.fdopen(b,'w')\n", "", "", ""),
    SHAPE("globals in functions", 64 * KB, ANY, "import os\n",
          "def f():\n global o;o=os;o.sep\n", "", "", "o.system('ls')"),
    SHAPE("blocks with one line each", 64 * KB, ANY,
          "", "if a: b\n", "", "", ""),
    SHAPE("elifs", 64 * KB, ANY, "if a: b\n", "elif a: b\n", "", "", ""),
    SHAPE("decorators", 64 * KB, ANY, "", "@a\n", "def f(): pass\n", "", ""),
    SHAPE("classes in one line", 64 * KB, ANY,
          "", "class A(a): b\n", "", "", ""),
    SHAPE("print without brackets", 64 * KB, ANY, "", "print ", "", "", ""),
    SHAPE("exec without brackets", 64 * KB, ANY, "", "exec ", "", "", ""),
    SHAPE("match without a body", 64 * KB, ANY, "", "match ", "", "", ""),
    SHAPE("type after type", 64 * KB, ANY, "", "type ", "", "", ""),
    SHAPE("annotations of annotations", 64 * KB, ANY, "", "a:", "b", "", ""),
    SHAPE("types in types", 64 * KB, ANY, "a: ", "b[", "c", "]", ""),
    SHAPE("patterns in patterns", 64 * KB, ANY, "match a:\n case ",
          "[", "b", "]", ":0\n"),
    SHAPE("patterns beside patterns", 64 * KB, ANY, "match a:\n case b",
          "|b", "", "", ":0\n"),
    SHAPE("brackets that do not match", 64 * KB, UNANALYSABLE,
          "", "([)]", "", "", ""),
    SHAPE("brackets, strings and braces without an end", 64 * KB,
          UNANALYSABLE, "", "a(b[c{d\"e", "", "", ""),
    SHAPE("more code than is ever analysed", 5 * 1024 * KB, UNANALYSABLE,
          "", "a\n", "", "", ""),

    cmocka_unit_test(threads_share_a_policy),
};


int
main(void)
{
    return cmocka_run_group_tests(tests, setup, teardown);
}
