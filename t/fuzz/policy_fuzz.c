/*
 * Any bytes as a program: the check keeps the promises of policy.h, under a
 * policy that allows all imports and under one that allows none, and the same
 * program gets the same verdict twice.
 *
 *   clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined \
 *      -Ingx_pyexec_module -isystem node_modules/tree-sitter-python/src \
 *      t/fuzz/policy_fuzz.c ngx_pyexec_module/policy/[a-z]*.c \
 *      -ltree-sitter -lutf8proc -o build/fuzz/policy_fuzz
 *   build/fuzz/policy_fuzz -dict=t/fuzz/policy.dict corpus t/fuzz/corpus/policy
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"
#include "policy/source.h"

#include "check.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static pyexec_policy_t *
create(const char *const *allow, size_t nallow)
{
    pyexec_policy_t          *policy;
    pyexec_policy_options_t   options = {
        .allow = allow, .nallow = nallow, .watch = allow, .nwatch = nallow
    };

    policy = pyexec_policy_create(&options);
    CHECK(policy != NULL);

    return policy;
}


static void
check_position(const char *code, size_t len,
    const pyexec_policy_verdict_t *verdict)
{
    size_t    i;
    uint32_t  lines;

    lines = 1;

    for (i = 0; i < len; i++) {
        lines += code[i] == '\n';
    }

    CHECK(verdict->line >= 1 && verdict->line <= lines);
    CHECK(verdict->column >= 1 && verdict->column <= len + 1);
}


static pyexec_policy_outcome_t
check(const pyexec_policy_t *policy, const char *code, size_t len)
{
    pyexec_policy_verdict_t  verdict, again;

    pyexec_policy_check(policy, code, len, &verdict);

    CHECK(memchr(verdict.message, '\0', sizeof(verdict.message)) != NULL);
    CHECK(memchr(verdict.rule, '\0', sizeof(verdict.rule)) != NULL);

    switch (verdict.outcome) {

    case PYEXEC_POLICY_ALLOWED:
        CHECK(verdict.message[0] == '\0' && verdict.rule[0] == '\0');
        CHECK(verdict.line == 0 && verdict.column == 0);
        break;

    case PYEXEC_POLICY_REFUSED:
        CHECK(verdict.rule[0] != '\0');
        CHECK(strncmp(verdict.message, "Disallowed import: ", 19) == 0
              || strncmp(verdict.message, "Forbidden operation: ", 21) == 0);
        check_position(code, len, &verdict);
        break;

    case PYEXEC_POLICY_UNANALYSABLE:
        CHECK(strcmp(verdict.message, "cannot be analysed") == 0);
        check_position(code, len, &verdict);

        /* It may have been for its CPU time. */

        return verdict.outcome;

    case PYEXEC_POLICY_UNDECIDED:
    case PYEXEC_POLICY_NO_MEMORY:
        CHECK(!"there is no decision");
    }

    pyexec_policy_check(policy, code, len, &again);
    CHECK(memcmp(&verdict, &again, sizeof(verdict)) == 0);

    return verdict.outcome;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                            *code;
    size_t                           len;
    pyexec_policy_outcome_t          all, none;

    static pyexec_policy_t          *allow_all, *allow_none;
    static const char *const         any[] = { "*" };

    if (allow_all == NULL) {
        allow_all = create(any, 1);
        allow_none = create(NULL, 0);
    }

    code = malloc(size + !size);
    CHECK(code != NULL);

    memcpy(code, data, size);
    len = pyexec_source_normalise(code, size);

    CHECK(len <= size);
    CHECK(memchr(code, '\r', len) == NULL);

    all = check(allow_all, code, len);
    none = check(allow_none, code, len);

    /* What is refused for an operation is refused without imports, too. */

    CHECK(all != PYEXEC_POLICY_REFUSED || none != PYEXEC_POLICY_ALLOWED);

    free(code);

    return 0;
}
