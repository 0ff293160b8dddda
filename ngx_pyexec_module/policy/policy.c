#include "policy.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect.h"
#include "proof.h"
#include "resolve.h"
#include "rules.h"
#include "syntax.h"


typedef struct {
    size_t   count;
    char   **names;
} list_t;


struct pyexec_policy_s {
    pyexec_syntax_t   *syntax;
    bool               any;
    bool               writable;
    list_t             allow;
    list_t             watch;
};


typedef struct {
    const pyexec_policy_t    *policy;
    pyexec_policy_verdict_t  *verdict;
    uint32_t                  offset;   /* of the first offence */
} check_t;


/* Copies each name up to the first of the bytes in "end". */

static bool
list_copy(list_t *list, const char *const *names, size_t count,
    const char *end)
{
    size_t   len;
    char    *copy;

    if (count == 0) {
        return true;
    }

    list->names = malloc(count * sizeof(char *));
    if (list->names == NULL) {
        return false;
    }

    while (list->count < count) {
        len = strcspn(names[list->count], end);

        copy = malloc(len + 1);
        if (copy == NULL) {
            return false;
        }

        memcpy(copy, names[list->count], len);
        copy[len] = '\0';
        list->names[list->count++] = copy;
    }

    return true;
}


static void
list_free(list_t *list)
{
    size_t  i;

    for (i = 0; i < list->count; i++) {
        free(list->names[i]);
    }

    free(list->names);
}


pyexec_policy_t *
pyexec_policy_create(const pyexec_policy_options_t *options)
{
    size_t            i;
    pyexec_policy_t  *policy;

    policy = calloc(1, sizeof(pyexec_policy_t));
    if (policy == NULL) {
        return NULL;
    }

    policy->writable = options->writable;
    policy->syntax = pyexec_syntax_create();

    if (policy->syntax == NULL
        || !list_copy(&policy->allow, options->allow, options->nallow, "")
        || !list_copy(&policy->watch, options->watch, options->nwatch, "."))
    {
        pyexec_policy_free(policy);
        return NULL;
    }

    for (i = 0; i < policy->allow.count; i++) {
        if (strcmp(policy->allow.names[i], "*") == 0) {
            policy->any = true;
        }
    }

    return policy;
}


const char *
pyexec_policy_prove(const pyexec_policy_t *policy)
{
    return pyexec_proof(policy->syntax);
}


void
pyexec_policy_free(pyexec_policy_t *policy)
{
    if (policy == NULL) {
        return;
    }

    list_free(&policy->allow);
    list_free(&policy->watch);
    pyexec_syntax_free(policy->syntax);
    free(policy);
}


static void
refuse(check_t *check, uint32_t offset, const char *module,
    const char *function, const char *format, ...)
{
    va_list                   args;
    pyexec_policy_verdict_t  *verdict;

    verdict = check->verdict;

    if (verdict->outcome == PYEXEC_POLICY_REFUSED && offset >= check->offset) {
        return;
    }

    verdict->outcome = PYEXEC_POLICY_REFUSED;
    check->offset = offset;

    snprintf(verdict->rule, sizeof(verdict->rule), "%s%s%s", module,
             module[0] ? "." : "", function);

    va_start(args, format);
    vsnprintf(verdict->message, sizeof(verdict->message), format, args);
    va_end(args);
}


static bool
is_name(const char *text, const char *name, size_t len)
{
    return strncmp(text, name, len) == 0 && text[len] == '\0';
}


static void
check_import(void *data, const char *name, size_t len, uint32_t offset)
{
    char                    text[PYEXEC_POLICY_MESSAGE_SIZE];
    size_t                  i;
    check_t                *check = data;
    const pyexec_policy_t  *policy;

    policy = check->policy;

    for (i = 0; i < policy->watch.count; i++) {
        if (is_name(policy->watch.names[i], name, len)) {
            check->verdict->imports |= pyexec_policy_watched(i);
        }
    }

    if (policy->any) {
        return;
    }

    for (i = 0; i < policy->allow.count; i++) {
        if (is_name(policy->allow.names[i], name, len)) {
            return;
        }
    }

    /* The one is a word to the compiler, the other the program itself. */

    if (is_name("__future__", name, len) || is_name("__main__", name, len)) {
        return;
    }

    snprintf(text, sizeof(text), "%.*s", (int) len, name);
    refuse(check, offset, "", "import", PYEXEC_RULES_IMPORT, text);
}


static void
check_offence(void *data, const pyexec_operation_t *operation,
    const char *mode, uint32_t offset)
{
    check_t  *check = data;

    if (operation == NULL) {

        if (!check->policy->any) {
            refuse(check, offset, "", "__import__", PYEXEC_RULES_COMPUTED);
        }

        return;
    }

    switch (operation->when) {

    case PYEXEC_WHEN_CALL:
        refuse(check, offset, operation->module, operation->function,
               PYEXEC_RULES_CALL, operation->module, operation->function);
        break;

    case PYEXEC_WHEN_MODE:

        if (!check->policy->writable) {
            refuse(check, offset, "", "open", PYEXEC_RULES_MODE, mode);
        }

        break;

    case PYEXEC_WHEN_SHELL:
        refuse(check, offset, operation->module, operation->function,
               PYEXEC_RULES_SHELL, operation->module, operation->function);
    }
}


/* Takes off a character that the end of the message has cut. */

static void
trim(char *message)
{
    size_t         len, start, need;
    unsigned char  lead;

    len = strlen(message);
    start = len;

    while (start > 0 && ((unsigned char) message[start - 1] & 0xC0) == 0x80) {
        start--;
    }

    if (start == 0) {
        return;
    }

    lead = (unsigned char) message[--start];
    need = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

    if (len - start < need) {
        message[start] = '\0';
    }
}


static void
set_position(pyexec_policy_verdict_t *verdict, const char *code,
    uint32_t offset)
{
    uint32_t  i;

    verdict->line = 1;
    verdict->column = 1;

    for (i = 0; i < offset; i++) {

        if (code[i] == '\n') {
            verdict->line++;
            verdict->column = 1;

        } else if (((unsigned char) code[i] & 0xC0) != 0x80) {
            verdict->column++;
        }
    }
}


static void
set_unanalysable(pyexec_policy_verdict_t *verdict, const char *code,
    uint32_t offset)
{
    verdict->outcome = PYEXEC_POLICY_UNANALYSABLE;
    set_position(verdict, code, offset);
    snprintf(verdict->rule, sizeof(verdict->rule), "unanalysable");
    snprintf(verdict->message, sizeof(verdict->message), "%s",
             PYEXEC_RULES_UNKNOWN);
}


static void
check_tree(check_t *check, const char *code, uint32_t len, TSNode root)
{
    uint32_t           error;
    pyexec_reporter_t  reporter;
    pyexec_model_t     model;

    reporter.import = check_import;
    reporter.offence = check_offence;
    reporter.data = check;

    error = 0;

    if (!pyexec_model_init(&model, code, len)) {
        check->verdict->outcome = PYEXEC_POLICY_NO_MEMORY;
        goto done;
    }

    switch (pyexec_collect(&model, check->policy->syntax, root, &reporter,
                           &error))
    {
    case PYEXEC_COLLECT_OK:

        if (pyexec_resolve(&model, check->policy->syntax, root, &reporter)) {
            break;
        }

        /* fall through */

    case PYEXEC_COLLECT_DOUBTFUL:
        set_unanalysable(check->verdict, code, error);
        goto done;

    case PYEXEC_COLLECT_NO_MEMORY:
        check->verdict->outcome = PYEXEC_POLICY_NO_MEMORY;
        goto done;
    }

    if (model.arena.failed) {
        check->verdict->outcome = PYEXEC_POLICY_NO_MEMORY;

    } else if (check->verdict->outcome == PYEXEC_POLICY_REFUSED) {
        set_position(check->verdict, code, check->offset);
        trim(check->verdict->message);

    } else {
        check->verdict->outcome = PYEXEC_POLICY_ALLOWED;
    }

done:

    pyexec_model_free(&model);
}


void
pyexec_policy_check(const pyexec_policy_t *policy, const char *code,
    size_t len, pyexec_policy_verdict_t *verdict)
{
    TSTree    *tree;
    check_t    check;
    uint32_t   error;

    memset(verdict, 0, sizeof(pyexec_policy_verdict_t));

    check.policy = policy;
    check.verdict = verdict;
    check.offset = 0;

    tree = pyexec_syntax_parse(policy->syntax, code, len, &error);

    if (tree == NULL) {
        set_unanalysable(verdict, code, error);
        return;
    }

    check_tree(&check, code, (uint32_t) len, ts_tree_root_node(tree));
    ts_tree_delete(tree);
}
