/*
 * The policy over many files, for tests: for each path on standard input one
 * line with, between tabs, the outcome, the line, the column, the message and
 * the imports of the program, in the order of the source.
 *
 *   cc -std=c11 -Ingx_pyexec_module \
 *      -isystem node_modules/tree-sitter-python/src t/unit/policy_cli.c \
 *      ngx_pyexec_module/policy/[a-z]*.c -ltree-sitter -lutf8proc \
 *      -o build/unit/policy_cli
 *
 * Arguments are the names to allow; without any, all are.  A path of "-"
 * alone ends it, and every answer is flushed: a script can talk to it.
 *
 * Behind a tab may stand the path of a reply as zygote/rewrite.py makes it:
 * then the program is checked by that alone.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/collect.h"
#include "policy/policy.h"
#include "policy/rewritten.h"
#include "policy/source.h"
#include "policy/syntax.h"


static const char *const  outcomes[] = {
    [PYEXEC_POLICY_UNDECIDED] = "undecided",
    [PYEXEC_POLICY_ALLOWED] = "allowed",
    [PYEXEC_POLICY_REFUSED] = "refused",
    [PYEXEC_POLICY_UNANALYSABLE] = "unanalysable",
    [PYEXEC_POLICY_NO_MEMORY] = "no memory"
};


static void
print_import(void *data, const char *name, size_t len, uint32_t offset)
{
    const char  **separator = data;

    (void) offset;

    printf("%s%.*s", *separator, (int) len, name);
    *separator = " ";
}


static void
print_imports(const pyexec_syntax_t *syntax, const char *code, uint32_t len)
{
    TSTree             *tree;
    uint32_t            error;
    const char         *separator;
    pyexec_model_t      model;
    pyexec_reporter_t   reporter;

    separator = "";

    reporter.import = print_import;
    reporter.offence = NULL;
    reporter.data = &separator;

    tree = pyexec_syntax_parse(syntax, code, len, &error);
    if (tree == NULL) {
        return;
    }

    if (pyexec_model_init(&model, code, len)) {
        (void) pyexec_collect(&model, syntax, ts_tree_root_node(tree),
                              &reporter, &error);
    }

    pyexec_model_free(&model);
    ts_tree_delete(tree);
}


static char *
read_file(const char *path, size_t *len)
{
    FILE  *file;
    char  *code;
    long   size;

    file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }

    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);

    code = malloc(size > 0 ? (size_t) size : 1);

    if (code) {
        *len = fread(code, 1, (size_t) size, file);
    }

    fclose(file);

    return code;
}


int
main(int argc, char **argv)
{
    char                     *code, *reply, *second, path[4096];
    size_t                    len, reply_len;
    pyexec_policy_t          *policy;
    pyexec_syntax_t          *syntax;
    pyexec_policy_verdict_t   verdict;
    pyexec_policy_options_t   options = { .writable = 0 };

    static const char *const  any[] = { "*" };

    options.allow = argc > 1 ? (const char *const *) argv + 1 : any;
    options.nallow = argc > 1 ? (size_t) argc - 1 : 1;

    policy = pyexec_policy_create(&options);
    syntax = pyexec_syntax_create();

    if (policy == NULL || syntax == NULL) {
        return 1;
    }

    while (fgets(path, sizeof(path), stdin)) {
        path[strcspn(path, "\n")] = '\0';

        if (strcmp(path, "-") == 0) {
            break;
        }

        second = strchr(path, '\t');

        if (second) {
            *second++ = '\0';
        }

        code = read_file(path, &len);
        reply = second ? read_file(second, &reply_len) : NULL;

        if (code == NULL || (second && reply == NULL)) {
            fprintf(stderr, "%s: %s\n", path, strerror(errno));
            return 1;
        }

        len = pyexec_source_normalise(code, len);

        if (reply) {
            memset(&verdict, 0, sizeof(verdict));
            verdict.outcome = PYEXEC_POLICY_UNANALYSABLE;
            pyexec_rewritten_check(policy, code, len, reply, reply_len,
                                   &verdict);

        } else {
            pyexec_policy_check(policy, code, len, &verdict);
        }

        printf("%s\t%u\t%u\t%s\t", outcomes[verdict.outcome],
               (unsigned) verdict.line, (unsigned) verdict.column,
               verdict.message);
        print_imports(syntax, code, (uint32_t) len);
        printf("\n");
        fflush(stdout);

        free(code);
        free(reply);
    }

    pyexec_syntax_free(syntax);
    pyexec_policy_free(policy);

    return 0;
}
