#include "policy.h"
#include "rules.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tree_sitter/api.h>
#include <utf8proc.h>


#define PYEXEC_POLICY_NAME_SIZE     128
#define PYEXEC_POLICY_NAMES_MAX     4096

/* The symbol of an ERROR node, which no header of tree-sitter names. */
#define PYEXEC_POLICY_ERROR         ((TSSymbol) -1)


const TSLanguage *tree_sitter_python(void);


typedef enum {
    KIND_OTHER,
    KIND_ALIASED_IMPORT,
    KIND_ATTRIBUTE,
    KIND_CALL,
    KIND_CONCATENATED_STRING,
    KIND_DOTTED_NAME,
    KIND_IDENTIFIER,
    KIND_IMPORT,
    KIND_IMPORT_FROM,
    KIND_KEYWORD_ARGUMENT,
    KIND_PARENTHESIZED,
    KIND_RELATIVE_IMPORT,
    KIND_STRING,
    KIND_TRUE,
    KIND_WILDCARD,
    KIND_MAX
} node_kind_t;


static const char *const  kind_names[KIND_MAX] = {
    "", "aliased_import", "attribute", "call", "concatenated_string",
    "dotted_name", "identifier", "import_statement", "import_from_statement",
    "keyword_argument", "parenthesized_expression", "relative_import",
    "string", "true", "wildcard_import"
};


typedef enum { CALL, MODE, SHELL } when_t;


typedef struct {
    const char  *module;
    const char  *function;
    when_t       when;
    unsigned     argument;
} operation_t;


#define PYEXEC_POLICY_OPERATION(module, function, when, argument)             \
    { module, function, when, argument },

static const operation_t  operations[] = {
    PYEXEC_RULES_OPERATIONS(PYEXEC_POLICY_OPERATION)
    { NULL, NULL, CALL, 0 }
};


struct pyexec_policy_s {
    uint8_t     *kinds;
    uint32_t     nkinds;
    size_t       nallow;
    unsigned     any:1;
    unsigned     writable:1;
    char        *allow[];
};


typedef struct {
    char  name[PYEXEC_POLICY_NAME_SIZE];
    char  path[PYEXEC_POLICY_NAME_SIZE];
} binding_t;


typedef struct {
    const pyexec_policy_t    *policy;
    const char               *code;
    size_t                    len;
    pyexec_policy_verdict_t  *verdict;
    uint32_t                  first;
    binding_t                *bindings;
    size_t                    nbindings;
} check_t;


pyexec_policy_t *
pyexec_policy_create(const pyexec_policy_options_t *options)
{
    size_t             i, size;
    unsigned           kind;
    const char        *name;
    const TSLanguage  *language;
    pyexec_policy_t   *policy;

    policy = calloc(1, sizeof(*policy) + options->nallow * sizeof(char *));
    if (policy == NULL) {
        return NULL;
    }

    language = tree_sitter_python();
    policy->writable = options->writable;
    policy->nkinds = ts_language_symbol_count(language);

    policy->kinds = calloc(policy->nkinds, 1);
    if (policy->kinds == NULL) {
        pyexec_policy_free(policy);
        return NULL;
    }

    for (i = 0; i < policy->nkinds; i++) {
        name = ts_language_symbol_name(language, i);

        if (ts_language_symbol_type(language, i) != TSSymbolTypeRegular) {
            continue;
        }

        for (kind = 1; kind < KIND_MAX; kind++) {
            if (strcmp(name, kind_names[kind]) == 0) {
                policy->kinds[i] = kind;
            }
        }
    }

    for (i = 0; i < options->nallow; i++) {

        if (strcmp(options->allow[i], "*") == 0) {
            policy->any = 1;
        }

        size = strlen(options->allow[i]) + 1;

        policy->allow[i] = malloc(size);
        if (policy->allow[i] == NULL) {
            pyexec_policy_free(policy);
            return NULL;
        }

        memcpy(policy->allow[i], options->allow[i], size);
        policy->nallow++;
    }

    return policy;
}


void
pyexec_policy_free(pyexec_policy_t *policy)
{
    size_t  i;

    if (policy == NULL) {
        return;
    }

    for (i = 0; i < policy->nallow; i++) {
        free(policy->allow[i]);
    }

    free(policy->kinds);
    free(policy);
}


static node_kind_t
node_kind(check_t *check, TSNode node)
{
    TSSymbol  symbol;

    if (ts_node_is_null(node)) {
        return KIND_OTHER;
    }

    symbol = ts_node_symbol(node);

    return symbol < check->policy->nkinds ? check->policy->kinds[symbol]
                                          : KIND_OTHER;
}


static void
node_position(check_t *check, uint32_t byte)
{
    uint32_t  i, line, column;

    line = 1;
    column = 1;

    for (i = 0; i < byte; i++) {

        if (check->code[i] == '\n') {
            line++;
            column = 1;

        } else if ((check->code[i] & 0xC0) != 0x80) {
            column++;
        }
    }

    check->verdict->line = line;
    check->verdict->column = column;
}


static void
refuse(check_t *check, TSNode node, const char *rule, const char *format, ...)
{
    va_list   args;
    uint32_t  byte;

    byte = ts_node_start_byte(node);

    if (check->verdict->outcome == PYEXEC_POLICY_REFUSED
        && byte >= check->first)
    {
        return;
    }

    check->first = byte;
    check->verdict->outcome = PYEXEC_POLICY_REFUSED;
    node_position(check, byte);

    snprintf(check->verdict->rule, sizeof(check->verdict->rule), "%s", rule);

    va_start(args, format);
    vsnprintf(check->verdict->message, sizeof(check->verdict->message),
              format, args);
    va_end(args);
}


/* The text of a dotted name without blanks, after NFKC. */

static void
node_text(check_t *check, TSNode node, char *name)
{
    size_t         n;
    uint32_t       i, end;
    char           raw[PYEXEC_POLICY_NAME_SIZE];
    utf8proc_uint8_t  *folded;

    n = 0;
    end = ts_node_end_byte(node);

    for (i = ts_node_start_byte(node); i < end && n < sizeof(raw) - 1; i++) {
        if ((unsigned char) check->code[i] > ' ' && check->code[i] != '\\') {
            raw[n++] = check->code[i];
        }
    }

    raw[n] = '\0';
    name[0] = '\0';

    if (utf8proc_map((utf8proc_uint8_t *) raw, 0, &folded,
                     UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE
                     | UTF8PROC_COMPAT) >= 0)
    {
        snprintf(name, PYEXEC_POLICY_NAME_SIZE, "%s", (char *) folded);
        free(folded);
    }
}


static void
check_import(check_t *check, TSNode node, const char *name)
{
    char    root[PYEXEC_POLICY_NAME_SIZE];
    size_t  i, n;

    if (check->policy->any) {
        return;
    }

    n = strcspn(name, ".");
    snprintf(root, sizeof(root), "%.*s", (int) n, name);

    for (i = 0; n && i < check->policy->nallow; i++) {
        if (strcmp(check->policy->allow[i], root) == 0) {
            return;
        }
    }

    refuse(check, node, "import", PYEXEC_RULES_IMPORT, n ? root : name);
}


static void
bind(check_t *check, const char *name, const char *module, const char *member)
{
    binding_t  *binding;

    if (check->nbindings == PYEXEC_POLICY_NAMES_MAX) {
        return;
    }

    binding = &check->bindings[check->nbindings++];
    snprintf(binding->name, sizeof(binding->name), "%s", name);

    if (snprintf(binding->path, sizeof(binding->path), "%s%s%s", module,
                 member[0] ? "." : "", member)
        >= (int) sizeof(binding->path))
    {
        binding->path[0] = '\0';
    }
}


static void
collect_import(check_t *check, TSNode node, node_kind_t kind)
{
    char      module[PYEXEC_POLICY_NAME_SIZE], name[PYEXEC_POLICY_NAME_SIZE];
    char      alias[PYEXEC_POLICY_NAME_SIZE];
    TSNode    child, target;
    uint32_t  i, n;

    module[0] = '\0';
    i = 0;
    n = ts_node_named_child_count(node);

    if (kind == KIND_IMPORT_FROM) {
        child = ts_node_named_child(node, i++);
        node_text(check, child, module);
        check_import(check, child, module);
    }

    for ( /* void */ ; i < n; i++) {
        child = ts_node_named_child(node, i);
        target = child;
        alias[0] = '\0';

        switch (node_kind(check, child)) {

        case KIND_WILDCARD:
            bind(check, "*", module, "");
            continue;

        case KIND_ALIASED_IMPORT:
            target = ts_node_named_child(child, 0);
            node_text(check, ts_node_named_child(child, 1), alias);
            break;

        case KIND_DOTTED_NAME:
            break;

        default:
            continue;
        }

        node_text(check, target, name);

        if (kind == KIND_IMPORT_FROM) {
            bind(check, alias[0] ? alias : name, module, name);
            continue;
        }

        check_import(check, target, name);

        if (alias[0]) {
            bind(check, alias, name, "");

        } else {
            name[strcspn(name, ".")] = '\0';
            bind(check, name, name, "");
        }
    }
}


/* The dotted path that a callee stands for, with aliases resolved. */

static void
resolve(check_t *check, TSNode node, char *path)
{
    char         name[PYEXEC_POLICY_NAME_SIZE], *dot;
    size_t       i;
    const char  *rest;

    path[0] = '\0';

    while (node_kind(check, node) == KIND_PARENTHESIZED) {
        node = ts_node_named_child(node, 0);
    }

    switch (node_kind(check, node)) {

    case KIND_IDENTIFIER:
    case KIND_ATTRIBUTE:
        break;

    default:
        return;
    }

    node_text(check, node, name);

    dot = strchr(name, '.');
    rest = dot ? dot : "";

    for (i = check->nbindings; i > 0; i--) {
        binding_t  *binding = &check->bindings[i - 1];
        size_t      n = dot ? (size_t) (dot - name) : strlen(name);

        if (strlen(binding->name) == n
            && strncmp(binding->name, name, n) == 0)
        {
            if (snprintf(path, PYEXEC_POLICY_NAME_SIZE, "%s%s", binding->path,
                         rest)
                >= PYEXEC_POLICY_NAME_SIZE)
            {
                path[0] = '\0';
            }

            return;
        }
    }

    if (strcmp(name, "open") == 0 || strcmp(name, "__import__") == 0) {
        snprintf(path, PYEXEC_POLICY_NAME_SIZE, "builtins.%.100s", name);
        return;
    }

    for (i = 0; i < check->nbindings && dot == NULL; i++) {
        if (strcmp(check->bindings[i].name, "*") == 0) {
            snprintf(path, PYEXEC_POLICY_NAME_SIZE, "%.60s.%.60s",
                     check->bindings[i].path, name);
            return;
        }
    }
}


static TSNode
call_argument(check_t *check, TSNode call, unsigned position,
    const char *keyword)
{
    char      name[PYEXEC_POLICY_NAME_SIZE];
    TSNode    arguments, child, found;
    uint32_t  i, n, seen;

    seen = 0;
    found = ts_node_child(call, UINT32_MAX);
    arguments = ts_node_child_by_field_name(call, "arguments", 9);
    n = ts_node_named_child_count(arguments);

    for (i = 0; i < n; i++) {
        child = ts_node_named_child(arguments, i);

        if (node_kind(check, child) == KIND_KEYWORD_ARGUMENT) {
            node_text(check, ts_node_named_child(child, 0), name);

            if (strcmp(name, keyword) == 0) {
                found = ts_node_named_child(child, 1);
            }

        } else if (seen++ == position) {
            found = child;
        }
    }

    while (node_kind(check, found) == KIND_PARENTHESIZED) {
        found = ts_node_named_child(found, 0);
    }

    return found;
}


static bool
literal(check_t *check, TSNode node, char *text)
{
    size_t       n;
    uint32_t     end;
    const char  *p, *last;

    if (node_kind(check, node) != KIND_STRING) {
        return false;
    }

    p = check->code + ts_node_start_byte(node);
    end = ts_node_end_byte(node);
    last = check->code + end - 1;

    while (*p != '"' && *p != '\'') {
        p++;
    }

    while (p < last && (*p == '"' || *p == '\'')) {
        p++;
    }

    while (last > p && (*last == '"' || *last == '\'')) {
        last--;
    }

    n = (size_t) (last - p) + (p <= last && *last != '"' && *last != '\'');
    snprintf(text, PYEXEC_POLICY_NAME_SIZE, "%.*s", (int) n, p);

    return true;
}


static void
check_call(check_t *check, TSNode node)
{
    char                path[PYEXEC_POLICY_NAME_SIZE];
    char                text[PYEXEC_POLICY_NAME_SIZE];
    TSNode              argument;
    const operation_t  *operation;

    resolve(check, ts_node_child_by_field_name(node, "function", 8), path);

    if (path[0] == '\0') {
        return;
    }

    if (strcmp(path, "builtins.__import__") == 0) {
        if (literal(check, call_argument(check, node, 0, "name"), text)) {
            check_import(check, node, text);

        } else {
            refuse(check, node, "__import__", PYEXEC_RULES_COMPUTED);
        }

        return;
    }

    for (operation = operations; operation->module; operation++) {
        size_t  n = strlen(operation->module);

        if (strncmp(path, operation->module, n) != 0 || path[n] != '.'
            || strcmp(path + n + 1, operation->function) != 0)
        {
            continue;
        }

        switch (operation->when) {

        case CALL:
            refuse(check, node, path, PYEXEC_RULES_CALL, operation->module,
                   operation->function);
            return;

        case MODE:
            if (check->policy->writable) {
                return;
            }

            argument = call_argument(check, node, operation->argument,
                                     "mode");

            if (literal(check, argument, text)
                && strpbrk(text, PYEXEC_RULES_WRITE_MODES))
            {
                refuse(check, node, "open", PYEXEC_RULES_MODE, text);
            }

            return;

        case SHELL:
            argument = call_argument(check, node, operation->argument,
                                     "shell");

            if (node_kind(check, argument) == KIND_TRUE) {
                refuse(check, node, path, PYEXEC_RULES_SHELL,
                       operation->module, operation->function);
            }

            return;
        }
    }
}


static void
walk(check_t *check, TSNode root)
{
    int           pass;
    bool          more;
    TSNode        node;
    node_kind_t   kind;
    TSTreeCursor  cursor;

    cursor = ts_tree_cursor_new(root);

    for (pass = 0; pass < 2; pass++) {
        ts_tree_cursor_reset(&cursor, root);
        more = true;

        while (more) {
            node = ts_tree_cursor_current_node(&cursor);
            kind = node_kind(check, node);

            if (pass == 0) {
                if (kind == KIND_IMPORT || kind == KIND_IMPORT_FROM) {
                    collect_import(check, node, kind);
                }

            } else if (kind == KIND_CALL) {
                check_call(check, node);
            }

            if (ts_tree_cursor_goto_first_child(&cursor)) {
                continue;
            }

            while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
                if (!ts_tree_cursor_goto_parent(&cursor)) {
                    more = false;
                    break;
                }
            }
        }
    }

    ts_tree_cursor_delete(&cursor);
}


static void
unanalysable(check_t *check, uint32_t byte)
{
    check->verdict->outcome = PYEXEC_POLICY_UNANALYSABLE;
    node_position(check, byte);
    strcpy(check->verdict->rule, "unanalysable");
    strcpy(check->verdict->message, PYEXEC_RULES_UNKNOWN);
}


static uint32_t
first_error(TSNode node)
{
    TSNode    child;
    uint32_t  i, n;

    for ( ;; ) {
        n = ts_node_child_count(node);

        for (i = 0; i < n; i++) {
            child = ts_node_child(node, i);

            if (ts_node_has_error(child)) {
                break;
            }
        }

        if (i == n || ts_node_symbol(child) == PYEXEC_POLICY_ERROR
            || ts_node_is_missing(child))
        {
            return ts_node_start_byte(i == n ? node : child);
        }

        node = child;
    }
}


void
pyexec_policy_check(const pyexec_policy_t *policy, const char *code,
    size_t len, pyexec_policy_verdict_t *verdict)
{
    TSNode     root;
    TSTree    *tree;
    check_t    check;
    TSParser  *parser;

    memset(verdict, 0, sizeof(*verdict));
    memset(&check, 0, sizeof(check));

    check.policy = policy;
    check.code = code;
    check.len = len;
    check.verdict = verdict;

    check.bindings = malloc(PYEXEC_POLICY_NAMES_MAX * sizeof(binding_t));
    parser = ts_parser_new();

    if (check.bindings == NULL || parser == NULL) {
        free(check.bindings);
        verdict->outcome = PYEXEC_POLICY_NO_MEMORY;
        return;
    }

    ts_parser_set_language(parser, tree_sitter_python());
    ts_parser_set_timeout_micros(parser, 100000);

    /* A node of tree-sitter counts its children in 16 bits. */

    tree = len < 60000 ? ts_parser_parse_string(parser, NULL, code, len)
                       : NULL;

    if (tree == NULL) {
        unanalysable(&check, 0);

    } else {
        root = ts_tree_root_node(tree);

        if (ts_node_has_error(root)) {
            unanalysable(&check, first_error(root));

        } else {
            walk(&check, root);
        }

        ts_tree_delete(tree);
    }

    ts_parser_delete(parser);
    free(check.bindings);
}
