/*
 * What the policy costs beside the bare parser, over the same bytes and in
 * the same run:
 *
 *   cc -std=c11 -O2 -Ingx_pyexec_module -isystem \
 *      node_modules/tree-sitter-python/src bench/policy_bench.c \
 *      ngx_pyexec_module/policy/[a-z]*.c -ltree-sitter -lutf8proc \
 *      -o build/policy_bench
 *   build/policy_bench file.py ...
 *
 * Both make and delete their parser and their tree; the fastest of many
 * rounds counts.
 */

#define _POSIX_C_SOURCE  200809L

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <tree_sitter/api.h>

#include "policy/policy.h"
#include "policy/rules.h"
#include "policy/source.h"


#define BENCH_SECONDS   2.0
#define BENCH_CODE_MAX  (4 * 1024 * 1024)
#define BENCH_NAME(name)  name,


const TSLanguage *tree_sitter_python(void);


static double
now(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_MONOTONIC, &t);

    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}


static double
parse(const char *code, size_t len)
{
    double     start;
    TSTree    *tree;
    TSParser  *parser;

    start = now();

    parser = ts_parser_new();
    ts_parser_set_language(parser, tree_sitter_python());
    tree = ts_parser_parse_string(parser, NULL, code, (uint32_t) len);
    ts_tree_delete(tree);
    ts_parser_delete(parser);

    return now() - start;
}


static double
check(const pyexec_policy_t *policy, const char *code, size_t len,
    pyexec_policy_verdict_t *verdict)
{
    double  start;

    start = now();
    pyexec_policy_check(policy, code, len, verdict);

    return now() - start;
}


static void
bench(const pyexec_policy_t *policy, const char *path)
{
    FILE                     *file;
    size_t                    len;
    double                    t, end, parsed, checked;
    pyexec_policy_verdict_t   verdict;

    static char  code[BENCH_CODE_MAX];

    file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        return;
    }

    len = fread(code, 1, sizeof(code), file);
    fclose(file);

    len = pyexec_source_normalise(code, len);

    parsed = 1e9;
    checked = 1e9;

    for (end = now() + BENCH_SECONDS; now() < end; /* void */ ) {
        t = parse(code, len);
        parsed = t < parsed ? t : parsed;

        t = check(policy, code, len, &verdict);
        checked = t < checked ? t : checked;
    }

    printf("%8zu bytes  parse %8.1f us  check %8.1f us  %5.3f times  %s: %s\n",
           len, parsed * 1e6, checked * 1e6, checked / parsed, path,
           verdict.outcome == PYEXEC_POLICY_ALLOWED ? "allowed"
                                                    : verdict.message);
}


int
main(int argc, char **argv)
{
    int               i;
    pyexec_policy_t  *policy;

    static const char *const  allow[] = {
        PYEXEC_RULES_DEFAULT_ALLOW(BENCH_NAME)
    };

    pyexec_policy_options_t   options = {
        .allow = allow,
        .nallow = sizeof(allow) / sizeof(allow[0])
    };

    policy = pyexec_policy_create(&options);
    if (policy == NULL) {
        return 1;
    }

    for (i = 1; i < argc; i++) {
        bench(policy, argv[i]);
    }

    pyexec_policy_free(policy);

    return 0;
}
