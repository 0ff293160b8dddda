/*
 * The policy's first half: what programs do to reach what is refused, and
 * what honest programs do that only looks like it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/policy.h"
#include "policy/rules.h"
#include "policy/source.h"


#define NAME(name)   name,
#define COUNT(list)  (sizeof(list) / sizeof((list)[0]))


typedef struct {
    const char  *code;
    size_t       len;
    const char  *message;
    uint32_t     line;
    uint32_t     column;
} case_t;


static const char *const  defaults[] = {
    PYEXEC_RULES_DEFAULT_ALLOW(NAME)
};


static void
check_with(const char *const *allow, size_t nallow, unsigned writable,
    const char *code, size_t len, pyexec_policy_verdict_t *verdict)
{
    char                     *copy;
    pyexec_policy_t          *policy;
    pyexec_policy_options_t   options;

    memset(&options, 0, sizeof(options));
    options.allow = allow;
    options.nallow = nallow;
    options.writable = writable;

    policy = pyexec_policy_create(&options);
    assert_non_null(policy);

    /* Of its exact size: a byte read past it is found. */

    copy = malloc(len + !len);
    assert_non_null(copy);
    memcpy(copy, code, len);

    len = pyexec_source_normalise(copy, len);
    pyexec_policy_check(policy, copy, len, verdict);

    free(copy);
    pyexec_policy_free(policy);
}


static void
check(const char *code, pyexec_policy_verdict_t *verdict)
{
    check_with(defaults, COUNT(defaults), 0, code, strlen(code), verdict);
}


static void
check_refused(void **state)
{
    const case_t             *c = *state;
    pyexec_policy_verdict_t   verdict;

    check_with(defaults, COUNT(defaults), 0, c->code, c->len, &verdict);

    assert_int_equal(verdict.outcome, PYEXEC_POLICY_REFUSED);
    assert_string_equal(verdict.message, c->message);
    assert_int_equal(verdict.line, c->line);
    assert_int_equal(verdict.column, c->column);
    assert_string_not_equal(verdict.rule, "");
}


static void
check_accepted(void **state)
{
    const case_t             *c = *state;
    pyexec_policy_verdict_t   verdict;

    check_with(defaults, COUNT(defaults), 0, c->code, c->len, &verdict);

    assert_string_equal(verdict.message, "");
    assert_string_equal(verdict.rule, "");
    assert_int_equal(verdict.outcome, PYEXEC_POLICY_ALLOWED);
}


static void
check_unanalysable(void **state)
{
    const case_t             *c = *state;
    pyexec_policy_verdict_t   verdict;

    check_with(defaults, COUNT(defaults), 0, c->code, c->len, &verdict);

    assert_int_equal(verdict.outcome, PYEXEC_POLICY_UNANALYSABLE);
    assert_string_equal(verdict.message, "cannot be analysed");
    assert_int_equal(verdict.line, c->line);
}


static void
zeros_are_no_verdict(void **state)
{
    pyexec_policy_verdict_t  verdict;

    (void) state;

    memset(&verdict, 0, sizeof(verdict));

    assert_int_equal(verdict.outcome, PYEXEC_POLICY_UNDECIDED);
    assert_int_not_equal(verdict.outcome, PYEXEC_POLICY_ALLOWED);
}


static void
every_check_decides(void **state)
{
    size_t                    i;
    pyexec_policy_verdict_t   verdict;

    static const struct {
        const char               *code;
        pyexec_policy_outcome_t   outcome;
    } cases[] = {
        { "", PYEXEC_POLICY_ALLOWED },
        { "import math", PYEXEC_POLICY_ALLOWED },
        { "import socket", PYEXEC_POLICY_REFUSED },
        { "if (", PYEXEC_POLICY_UNANALYSABLE },
    };

    (void) state;

    for (i = 0; i < COUNT(cases); i++) {

        /* Whatever was there before does not matter. */

        memset(&verdict, i % 2 ? 0xFF : 0, sizeof(verdict));
        check(cases[i].code, &verdict);

        assert_int_equal(verdict.outcome, cases[i].outcome);
    }
}


static void
rule_of_an_import(void **state)
{
    pyexec_policy_verdict_t  verdict;

    (void) state;

    check("import socket\n", &verdict);
    assert_string_equal(verdict.rule, "import");

    check("from . import x\n", &verdict);
    assert_string_equal(verdict.rule, "import");

    check("__import__('socket')\n", &verdict);
    assert_string_equal(verdict.rule, "import");

    check("__import__(x)\n", &verdict);
    assert_string_equal(verdict.rule, "__import__");
}


static void
rule_of_an_operation(void **state)
{
    pyexec_policy_verdict_t  verdict;

    (void) state;

    check("import os as o\no.system('ls')\n", &verdict);
    assert_string_equal(verdict.rule, "os.system");

    check("import os\nos.fdopen(n, 'w')\n", &verdict);
    assert_string_equal(verdict.rule, "open");

    check("from subprocess import call as c\nc('ls', shell=1)\n", &verdict);
    assert_string_equal(verdict.rule, "subprocess.call");

    check("print(\n", &verdict);
    assert_string_equal(verdict.rule, "unanalysable");
}


static void
star_allows_every_import(void **state)
{
    pyexec_policy_verdict_t  verdict;

    static const char        code[] = "import socket, a.b\nfrom . import c\n"
                                      "__import__('ssl')\n";
    static const char *const any[] = { "*" };

    (void) state;

    check_with(any, 1, 0, code, sizeof(code) - 1, &verdict);
    assert_int_equal(verdict.outcome, PYEXEC_POLICY_ALLOWED);
}


static void
star_allows_a_computed_import(void **state)
{
    size_t                    i;
    pyexec_policy_verdict_t   verdict;

    static const char *const  any[] = { "*" };

    static const char *const  codes[] = {
        "__import__(name)\n",
        "__import__('so' + 'cket')\n",
        "__import__(f'{name}')\n",
        "import importlib\nimportlib.__import__(name)\n",
        "load = __import__\nload(name)\n",
        "list(map(__import__, names))\n",
        "f = {'load': __import__}\n",
    };

    (void) state;

    for (i = 0; i < COUNT(codes); i++) {
        check_with(any, 1, 0, codes[i], strlen(codes[i]), &verdict);
        assert_string_equal(verdict.message, "");
        assert_int_equal(verdict.outcome, PYEXEC_POLICY_ALLOWED);

        check_with(defaults, COUNT(defaults), 0, codes[i], strlen(codes[i]),
                   &verdict);
        assert_int_equal(verdict.outcome, PYEXEC_POLICY_REFUSED);
    }
}


static void
star_allows_no_operation(void **state)
{
    pyexec_policy_verdict_t  verdict;

    static const char        code[] = "import importlib, builtins, _io\n"
                                      "m = importlib.import_module('os')\n"
                                      "m.system('ls')\n";
    static const char *const any[] = { "*" };

    (void) state;

    check_with(any, 1, 0, code, sizeof(code) - 1, &verdict);
    assert_string_equal(verdict.message, "Forbidden operation: os.system");
    assert_int_equal(verdict.line, 3);
}


static void
allowing_builtins_allows_no_operation(void **state)
{
    pyexec_policy_verdict_t  verdict;

    static const char        code[] = "from builtins import open as o\n"
                                      "o('x', 'w')\n";
    static const char *const list[] = { "builtins" };

    (void) state;

    check_with(list, 1, 0, code, sizeof(code) - 1, &verdict);
    assert_string_equal(verdict.message,
                        "Forbidden operation: open with mode 'w'");
}


static void
no_list_allows_no_import(void **state)
{
    pyexec_policy_verdict_t  verdict;

    (void) state;

    check_with(NULL, 0, 0, "import math", 11, &verdict);
    assert_string_equal(verdict.message, "Disallowed import: math");

    check_with(NULL, 0, 0, "print(1)", 8, &verdict);
    assert_int_equal(verdict.outcome, PYEXEC_POLICY_ALLOWED);

    check_with(NULL, 0, 0, "import __main__", 15, &verdict);
    assert_int_equal(verdict.outcome, PYEXEC_POLICY_ALLOWED);
}


static void
import_module_of_a_listed_importlib(void **state)
{
    pyexec_policy_verdict_t  verdict;

    static const char        code[] = "import importlib\n"
                                      "importlib.import_module('socket')\n";
    static const char *const list[] = { "importlib" };

    (void) state;

    check_with(list, 1, 0, code, sizeof(code) - 1, &verdict);
    assert_string_equal(verdict.message, "Disallowed import: socket");
}


static void
scratch_lifts_the_rule_on_modes_alone(void **state)
{
    pyexec_policy_verdict_t  verdict;

    static const char  code[] = "open('x', 'w')\nimport os\n"
                                "os.fdopen(n, 'a')\nos.popen('ls')\n";

    (void) state;

    check_with(defaults, COUNT(defaults), 1, code, sizeof(code) - 1, &verdict);
    assert_string_equal(verdict.message, "Forbidden operation: os.popen");
    assert_int_equal(verdict.line, 4);
}


static void
long_name_is_cut_between_characters(void **state)
{
    size_t                    i, len;
    char                      code[7 + 3 * 200];
    pyexec_policy_verdict_t   verdict;

    (void) state;

    memcpy(code, "import ", 7);

    for (i = 0; i < 200; i++) {
        memcpy(code + 7 + 3 * i, "\xE6\x97\xA5", 3);
    }

    check_with(defaults, COUNT(defaults), 0, code, sizeof(code), &verdict);

    len = strlen(verdict.message);

    assert_int_equal(verdict.outcome, PYEXEC_POLICY_REFUSED);
    assert_true(len >= 200 && len < PYEXEC_POLICY_MESSAGE_SIZE);
    assert_int_equal((len - strlen("Disallowed import: ")) % 3, 0);
}


static void
policy_keeps_its_own_list(void **state)
{
    char                      name[] = "math";
    const char               *list[] = { name };
    pyexec_policy_t          *policy;
    pyexec_policy_verdict_t   verdict;
    pyexec_policy_options_t   options = {
        .allow = list, .nallow = 1, .watch = list, .nwatch = 1
    };

    (void) state;

    policy = pyexec_policy_create(&options);
    assert_non_null(policy);

    memcpy(name, "xxxx", 4);
    list[0] = NULL;

    pyexec_policy_check(policy, "import math", 11, &verdict);
    pyexec_policy_free(policy);

    assert_int_equal(verdict.outcome, PYEXEC_POLICY_ALLOWED);
    assert_int_equal(verdict.imports, 1);
}


#define CASE(name, function, ...)                                            \
    { name, function, NULL, NULL, &(case_t) { __VA_ARGS__ } },

#define REFUSED(name, text, message, line, column)                           \
    CASE(name, check_refused, text, sizeof(text) - 1, message, line, column)

#define ACCEPTED(name, text)                                                 \
    CASE(name, check_accepted, text, sizeof(text) - 1, NULL, 0, 0)

#define UNANALYSABLE(name, text, line)                                       \
    CASE(name, check_unanalysable, text, sizeof(text) - 1, NULL, line, 0)


static const struct CMUnitTest  tests[] = {

#include "policy/refused_imports.inc"
#include "policy/refused_import_function.inc"
#include "policy/refused_os.inc"
#include "policy/refused_aliases.inc"
#include "policy/refused_scopes.inc"
#include "policy/refused_open.inc"
#include "policy/refused_sinks.inc"
#include "policy/refused_subprocess.inc"
#include "policy/refused_text.inc"

#include "policy/accepted_imports.inc"
#include "policy/accepted_os.inc"
#include "policy/accepted_open.inc"
#include "policy/accepted_sinks.inc"
#include "policy/accepted_subprocess.inc"
#include "policy/accepted_language.inc"

#include "policy/unanalysable.inc"

    cmocka_unit_test(zeros_are_no_verdict),
    cmocka_unit_test(every_check_decides),
    cmocka_unit_test(rule_of_an_import),
    cmocka_unit_test(rule_of_an_operation),
    cmocka_unit_test(star_allows_every_import),
    cmocka_unit_test(star_allows_a_computed_import),
    cmocka_unit_test(star_allows_no_operation),
    cmocka_unit_test(allowing_builtins_allows_no_operation),
    cmocka_unit_test(no_list_allows_no_import),
    cmocka_unit_test(import_module_of_a_listed_importlib),
    cmocka_unit_test(scratch_lifts_the_rule_on_modes_alone),
    cmocka_unit_test(long_name_is_cut_between_characters),
    cmocka_unit_test(policy_keeps_its_own_list),
};


int
main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
