/*
 * What a verdict tells of the imports of a program that is allowed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/policy.h"


#define COUNT(list)  (sizeof(list) / sizeof((list)[0]))
#define MANY         70
#define LAST         (UINT64_C(1) << 63)


typedef struct {
    const char  *code;
    uint64_t     imports;
} case_t;


static const char *const  any[] = { "*" };

static const char *const  watch[] = {
    "math", "numpy", "numpy.linalg", "requests"
};

#define MATH      UINT64_C(1)
#define NUMPY     UINT64_C(6)
#define REQUESTS  UINT64_C(8)


static uint64_t
imports(const char *const *allow, size_t nallow, const char *const *watched,
    size_t nwatched, const char *code)
{
    pyexec_policy_t          *policy;
    pyexec_policy_verdict_t   verdict;
    pyexec_policy_options_t   options = {
        .allow = allow, .nallow = nallow, .watch = watched, .nwatch = nwatched
    };

    policy = pyexec_policy_create(&options);
    assert_non_null(policy);

    pyexec_policy_check(policy, code, strlen(code), &verdict);
    pyexec_policy_free(policy);

    assert_int_equal(verdict.outcome, PYEXEC_POLICY_ALLOWED);

    return verdict.imports;
}


static void
check_imports(void **state)
{
    const case_t  *c = *state;

    static const char *const  list[] = {
        "importlib", "math", "numpy", "num", "numpyx", "requests", "sys"
    };

    assert_int_equal(imports(list, COUNT(list), watch, COUNT(watch), c->code),
                     c->imports);

    /* What may be imported makes no difference. */

    assert_int_equal(imports(any, 1, watch, COUNT(watch), c->code),
                     c->imports);
}


static void
nothing_is_told_where_nothing_is_watched(void **state)
{
    (void) state;

    assert_int_equal(imports(any, 1, NULL, 0, "import math, numpy\n"), 0);
}


static void
all_beyond_the_last_bit_share_it(void **state)
{
    char         names[MANY][8], code[32];
    size_t       i;
    const char  *list[MANY];

    (void) state;

    for (i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof(names[i]), "m%zu", i);
        list[i] = names[i];
    }

    for (i = 0; i < MANY; i++) {
        snprintf(code, sizeof(code), "import m%zu\n", i);

        assert_int_equal(imports(list, MANY, list, MANY, code),
                         i < 63 ? UINT64_C(1) << i : LAST);
        assert_int_equal(imports(list, MANY, list, MANY, code),
                         pyexec_policy_watched(i));
    }
}


#define IMPORTS(name, imports, code)                                         \
    { name, check_imports, NULL, NULL, &(case_t) { code, imports } },


static const struct CMUnitTest  tests[] = {

    IMPORTS("an empty program imports nothing", 0,
            "")

    IMPORTS("what is not watched does not count", 0,
            "import sys\n"
            "from importlib import util\n")

    IMPORTS("a module, and nothing beside it", REQUESTS,
            "import requests\n")

    IMPORTS("several modules of one statement, and of two", MATH | NUMPY,
            "import sys, math as m\n"
            "import numpy\n")

    IMPORTS("of submodules the root", NUMPY,
            "import numpy.random.mtrand as r\n")

    IMPORTS("names of a module", NUMPY,
            "from numpy.linalg import inv as i, det\n")

    IMPORTS("all names of a module", MATH,
            "from math import *\n")

    IMPORTS("in a function that is never called", NUMPY,
            "def f():\n"
            "    if False:\n"
            "        import numpy\n")

    IMPORTS("under a name that CPython reads as the same", NUMPY,
            "import \xEF\xBD\x8Eumpy\n")

    IMPORTS("the function with a literal", NUMPY,
            "__import__(\"num\" \"py.fft\")\n")

    IMPORTS("the function of importlib with a literal", REQUESTS,
            "from importlib import import_module as f\n"
            "f(\"requests\")\n")

    IMPORTS("a name that is longer or shorter is another one", 0,
            "import num, numpyx\n")

    IMPORTS("a text or a name is no import", 0,
            "numpy = \"import numpy\"\n"
            "print(numpy.math)\n"
            "# import requests\n")

    IMPORTS("what only a run can tell is not told", 0,
            "exec(\"import numpy\")\n")

    cmocka_unit_test(nothing_is_told_where_nothing_is_watched),
    cmocka_unit_test(all_beyond_the_last_bit_share_it),
};


int
main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
