/*
 * The proof of the tree-sitter library: it passes for the one at hand, and
 * says what is wrong with libraries as there might be one day.
 */

/* The grammar's header; it must come before the library's. */
#include <tree_sitter/parser.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <tree_sitter/api.h>

#include "policy/policy.h"


static const pyexec_policy_options_t  options;

/* What is wrong with the library. */

static enum {
    NOTHING,
    PLAIN_SCANNER,      /* the grammar's, without the wrapper */
    ENDLESS,            /* a parse is never stopped */
    NAMELESS            /* calls a kind of node by another name */
} fault;


const TSLanguage *tree_sitter_python(void);

bool __real_ts_parser_set_language(TSParser *parser,
    const TSLanguage *language);
bool __wrap_ts_parser_set_language(TSParser *parser,
    const TSLanguage *language);
TSTree *__real_ts_parser_parse(TSParser *parser, const TSTree *old,
    TSInput input);
TSTree *__wrap_ts_parser_parse(TSParser *parser, const TSTree *old,
    TSInput input);
const char *__real_ts_language_symbol_name(const TSLanguage *language,
    TSSymbol symbol);
const char *__wrap_ts_language_symbol_name(const TSLanguage *language,
    TSSymbol symbol);


bool
__wrap_ts_parser_set_language(TSParser *parser, const TSLanguage *language)
{
    if (fault == PLAIN_SCANNER) {
        language = tree_sitter_python();
    }

    return __real_ts_parser_set_language(parser, language);
}


const char *
__wrap_ts_language_symbol_name(const TSLanguage *language, TSSymbol symbol)
{
    const char  *name;

    name = __real_ts_language_symbol_name(language, symbol);

    if (fault == NAMELESS && strcmp(name, "call") == 0) {
        return "invocation";
    }

    return name;
}


#if (TREE_SITTER_LANGUAGE_VERSION >= 15)

TSTree *__wrap_ts_parser_parse_with_options(TSParser *parser,
    const TSTree *old, TSInput input, TSParseOptions parse_options);
TSTree *__real_ts_parser_parse_with_options(TSParser *parser,
    const TSTree *old, TSInput input, TSParseOptions parse_options);


TSTree *
__wrap_ts_parser_parse_with_options(TSParser *parser, const TSTree *old,
    TSInput input, TSParseOptions parse_options)
{
    if (fault == ENDLESS) {
        parse_options.progress_callback = NULL;
    }

    return __real_ts_parser_parse_with_options(parser, old, input,
                                               parse_options);
}

#else

TSTree *
__wrap_ts_parser_parse(TSParser *parser, const TSTree *old, TSInput input)
{
    if (fault == ENDLESS) {
        ts_parser_set_cancellation_flag(parser, NULL);
        ts_parser_set_timeout_micros(parser, 0);
    }

    return __real_ts_parser_parse(parser, old, input);
}

#endif


static const char *
prove(int what)
{
    const char       *failure;
    pyexec_policy_t  *policy;

    fault = what;
    policy = pyexec_policy_create(&options);
    assert_non_null(policy);

    failure = pyexec_policy_prove(policy);

    pyexec_policy_free(policy);
    fault = NOTHING;

    return failure;
}


static void
library_at_hand(void **state)
{
    (void) state;

    assert_null(prove(NOTHING));
}


static void
scanner_is_not_asked(void **state)
{
    (void) state;

    assert_non_null(prove(PLAIN_SCANNER));
}


static void
parse_does_not_end(void **state)
{
    (void) state;

    assert_string_equal(prove(ENDLESS),
                        "the library does not end a parse whose time is over");
}


static void
grammar_has_other_names(void **state)
{
    (void) state;

    assert_string_equal(prove(NAMELESS), "the grammar lacks a kind of node "
                                         "that the policy knows");
}


int
main(void)
{
    static const struct CMUnitTest  tests[] = {
        cmocka_unit_test(library_at_hand),
        cmocka_unit_test(scanner_is_not_asked),
        cmocka_unit_test(parse_does_not_end),
        cmocka_unit_test(grammar_has_other_names)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
