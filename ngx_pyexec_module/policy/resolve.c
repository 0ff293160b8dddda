#include "resolve.h"

#include <string.h>

#include "arguments.h"
#include "names.h"
#include "rules.h"


/* Work that a byte of the program may cost, and that any program may. */

#define PYEXEC_RESOLVE_BASE    500000
#define PYEXEC_RESOLVE_BYTE    64

/* Passes over the expressions; each follows aliases one step backwards. */
#define PYEXEC_RESOLVE_PASSES  16


typedef struct {
    pyexec_program_t       *program;
    const pyexec_report_t  *report;
    pyexec_arguments_t      arguments;
} resolve_t;


static pyexec_value_t
no_value(void)
{
    pyexec_value_t  value;

    memset(&value, 0, sizeof(value));

    return value;
}


static pyexec_value_t
module_value(const char *name, size_t len, bool leaf)
{
    const char      *dot;
    pyexec_value_t   value;

    dot = memchr(name, '.', len);
    value = no_value();

    if (dot && leaf) {
        value.modules = 1u << PYEXEC_MODULE_OTHER;

    } else {
        value.modules = 1u << pyexec_values_module(name,
                                        dot ? (size_t) (dot - name) : len);
    }

    return value;
}


/* A literal string that is an argument of a call, with all its text. */

static bool
string_argument(resolve_t *resolve, const pyexec_site_t *site,
    unsigned position, const char *keyword, pyexec_literal_t *literal)
{
    bool  exact;

    return pyexec_argument_string(&resolve->arguments,
                                  pyexec_argument(&resolve->arguments,
                                                  site->node, position,
                                                  keyword),
                                  literal, &exact)
           && exact;
}


/* <dict>.get("key") and the like. */

static pyexec_value_t
call_of_method(resolve_t *resolve, const pyexec_expr_t *method,
    const pyexec_site_t *site)
{
    size_t                i;
    pyexec_value_t        object;
    pyexec_literal_t      key;
    const pyexec_name_t  *name;

    static const char *const  getters[] = {
        "__getitem__", "get", "pop", "setdefault"
    };

    object = resolve->program->exprs[method->a].value;
    name = &resolve->program->names[method->b];

    if (pyexec_value_is_none(object)) {
        return object;
    }

    for (i = 0; i < sizeof(getters) / sizeof(getters[0]); i++) {
        if (strlen(getters[i]) == name->len
            && memcmp(getters[i], name->text, name->len) == 0
            && string_argument(resolve, site, 0, NULL, &key))
        {
            return pyexec_values_item(object, key.text, key.len);
        }
    }

    return no_value();
}


static pyexec_value_t
call_value(resolve_t *resolve, const pyexec_expr_t *expr)
{
    uint64_t              functions;
    pyexec_value_t        value, argument;
    pyexec_literal_t      text;
    const pyexec_expr_t  *callee;
    const pyexec_site_t  *site;

    value = no_value();
    callee = &resolve->program->exprs[expr->a];
    site = &resolve->program->sites[expr->b];
    argument = resolve->program->exprs[site->argument].value;
    functions = callee->value.functions;

    if (callee->type == PYEXEC_EXPR_ATTRIBUTE) {
        value = call_of_method(resolve, callee, site);
    }

    if (functions & PYEXEC_FUNCTION_VARS) {
        value.dicts |= argument.modules;
    }

    if ((functions & PYEXEC_FUNCTION_GETATTR)
        && !pyexec_value_is_none(argument)
        && string_argument(resolve, site, 1, NULL, &text))
    {
        value = pyexec_value_union(value,
                         pyexec_values_attribute(argument, text.text,
                                                 text.len));
    }

    if ((functions & PYEXEC_FUNCTION_IMPORT)
        && string_argument(resolve, site, 0, "name", &text))
    {
        value = pyexec_value_union(value, module_value(text.text, text.len,
                                                       false));
    }

    if ((functions & PYEXEC_FUNCTION_IMPORT_MODULE)
        && string_argument(resolve, site, 0, "name", &text))
    {
        value = pyexec_value_union(value, module_value(text.text, text.len,
                                                       true));
    }

    return value;
}


static pyexec_value_t
subscript_value(resolve_t *resolve, const pyexec_expr_t *expr)
{
    bool                  exact, globals;
    uint32_t              name;
    pyexec_literal_t      key;
    const pyexec_expr_t  *object;

    object = &resolve->program->exprs[expr->a];

    globals = object->type == PYEXEC_EXPR_CALL
              && (resolve->program->exprs[object->a].value.functions
                  & PYEXEC_FUNCTION_GLOBALS);

    if (!globals && pyexec_value_is_none(object->value)) {
        return no_value();
    }

    if (!pyexec_argument_string(&resolve->arguments,
                                pyexec_argument_key(&resolve->arguments,
                                     resolve->program->sites[expr->b].node),
                                &key, &exact)
        || !exact)
    {
        return no_value();
    }

    if (!globals) {
        return pyexec_values_item(object->value, key.text, key.len);
    }

    name = pyexec_names_find(resolve->program, key.text, key.len);

    if (name) {
        return pyexec_lookup_global(resolve->program, name,
                                    &resolve->arguments.budget);
    }

    if (strcmp(key.text, "__builtins__") == 0) {
        return pyexec_values_builtin(key.text, key.len);
    }

    return no_value();
}


static pyexec_value_t
evaluate(resolve_t *resolve, const pyexec_expr_t *expr)
{
    pyexec_program_t     *program;
    const pyexec_name_t  *name;

    program = resolve->program;

    switch (expr->type) {

    case PYEXEC_EXPR_NAME:
        name = &program->names[expr->a];

        if (!name->tainted && !name->builtin && !program->stars) {
            return no_value();
        }

        return pyexec_lookup(program, expr->a, expr->b, expr->offset,
                             &resolve->arguments.budget);

    case PYEXEC_EXPR_ATTRIBUTE:

        if (pyexec_value_is_none(program->exprs[expr->a].value)) {
            return no_value();
        }

        name = &program->names[expr->b];

        return pyexec_values_attribute(program->exprs[expr->a].value,
                                       name->text, name->len);

    case PYEXEC_EXPR_CALL:
        return call_value(resolve, expr);

    case PYEXEC_EXPR_SUBSCRIPT:
        return subscript_value(resolve, expr);

    case PYEXEC_EXPR_UNION:
        return pyexec_value_union(program->exprs[expr->a].value,
                                  program->exprs[expr->b].value);

    default:
        return expr->value;
    }
}


/* One pass; true where it changed what the next one can find. */

static bool
pass(resolve_t *resolve)
{
    bool                     changed;
    uint32_t                 i;
    pyexec_expr_t           *expr;
    pyexec_value_t           value;
    pyexec_program_t        *program;
    const pyexec_binding_t  *binding;

    changed = false;
    program = resolve->program;

    for (i = 1; i < program->nexprs; i++) {
        expr = &program->exprs[i];
        value = evaluate(resolve, expr);

        if (resolve->arguments.budget < 0) {
            return true;
        }

        if (memcmp(&value, &program->exprs[i].value, sizeof(value)) != 0) {
            program->exprs[i].value = value;
            changed = true;
        }
    }

    for (i = 1; changed && i < program->nbindings; i++) {
        binding = &program->bindings[i];

        if (!pyexec_value_is_none(program->exprs[binding->expr].value)) {
            program->names[binding->name].tainted = true;
        }
    }

    return changed;
}


/* What escapes as a whole escapes in each of its parts. */

static void
spread_escapes(pyexec_program_t *program)
{
    uint32_t        i, j;
    pyexec_expr_t  *expr;

    for (i = program->nexprs; i > 1; i--) {
        expr = &program->exprs[i - 1];

        if (!expr->escapes) {
            continue;
        }

        switch (expr->type) {

        case PYEXEC_EXPR_UNION:
            program->exprs[expr->b].escapes = true;

            /* fall through */

        case PYEXEC_EXPR_STAR:
            program->exprs[expr->a].escapes = true;
            break;

        case PYEXEC_EXPR_TUPLE:
            for (j = 0; j < expr->b; j++) {
                program->exprs[program->elements[expr->a + j]].escapes = true;
            }
        }
    }
}


static void
check_mode(resolve_t *resolve, const pyexec_operation_t *operation,
    const pyexec_site_t *site, unsigned shift, uint32_t offset)
{
    bool              exact;
    TSNode            node;
    pyexec_literal_t  mode;

    node = pyexec_argument(&resolve->arguments, site->node,
                           operation->argument + shift, "mode");

    if (pyexec_argument_string(&resolve->arguments, node, &mode, &exact)
        && (!exact || strpbrk(mode.text, PYEXEC_RULES_WRITE_MODES)))
    {
        resolve->report->offence(resolve->report->data, operation, mode.text,
                                 offset);
    }
}


/* A call of "functions", or of one that partial() makes of them. */

static void
check_functions(resolve_t *resolve, uint64_t functions,
    const pyexec_site_t *site, unsigned shift, uint32_t offset)
{
    unsigned                   i;
    TSNode                     node;
    const pyexec_operation_t  *operation;

    for (i = 0; i < pyexec_operations_count; i++) {

        if ((functions & (UINT64_C(1) << i)) == 0) {
            continue;
        }

        operation = &pyexec_operations[i];

        switch (operation->when) {

        case PYEXEC_WHEN_CALL:
            resolve->report->offence(resolve->report->data, operation, NULL,
                                     offset);
            break;

        case PYEXEC_WHEN_MODE:
            check_mode(resolve, operation, site, shift, offset);
            break;

        case PYEXEC_WHEN_SHELL:
            node = pyexec_argument(&resolve->arguments, site->node,
                                   operation->argument + shift, "shell");

            if (pyexec_argument_is_true(&resolve->arguments, node)) {
                resolve->report->offence(resolve->report->data, operation,
                                         NULL, offset);
            }
        }
    }
}


static void
check_call(resolve_t *resolve, const pyexec_expr_t *expr)
{
    size_t                 len;
    uint64_t               functions;
    pyexec_literal_t       name;
    const pyexec_site_t   *site;
    const pyexec_report_t *report;

    report = resolve->report;
    site = &resolve->program->sites[expr->b];
    functions = resolve->program->exprs[expr->a].value.functions;

    if (functions == 0) {
        return;
    }

    check_functions(resolve, functions, site, 0, expr->offset);

    if (functions & PYEXEC_FUNCTION_PARTIAL) {
        check_functions(resolve,
                    resolve->program->exprs[site->argument].value.functions,
                    site, 1, expr->offset);
    }

    if ((functions & (PYEXEC_FUNCTION_IMPORT | PYEXEC_FUNCTION_IMPORT_MODULE))
        == 0)
    {
        return;
    }

    if (string_argument(resolve, site, 0, "name", &name)) {
        len = strcspn(name.text, ".");
        report->import(report->data, name.text, len ? len : name.len,
                       expr->offset);

    } else if (functions & PYEXEC_FUNCTION_IMPORT) {
        report->offence(report->data, NULL, NULL, expr->offset);
    }
}


/* A function that is always forbidden goes where it is not followed. */

static void
check_escape(resolve_t *resolve, const pyexec_expr_t *expr)
{
    unsigned  i;

    for (i = 0; i < pyexec_operations_count; i++) {
        if ((expr->value.functions & (UINT64_C(1) << i))
            && pyexec_operations[i].when == PYEXEC_WHEN_CALL)
        {
            resolve->report->offence(resolve->report->data,
                                     &pyexec_operations[i], NULL,
                                     expr->offset);
        }
    }

    if (expr->value.functions & PYEXEC_FUNCTION_IMPORT) {
        resolve->report->offence(resolve->report->data, NULL, NULL,
                                 expr->offset);
    }
}


bool
pyexec_resolve(pyexec_program_t *program, const pyexec_syntax_t *syntax,
    TSNode root, const pyexec_report_t *report)
{
    bool            stable;
    unsigned        passes;
    uint32_t        i;
    resolve_t       resolve;
    pyexec_expr_t  *expr;

    memset(&resolve, 0, sizeof(resolve));

    resolve.program = program;
    resolve.report = report;
    resolve.arguments.program = program;
    resolve.arguments.kinds = pyexec_syntax_kinds(syntax,
                                                  &resolve.arguments.nkinds);
    resolve.arguments.budget = PYEXEC_RESOLVE_BASE
                               + (int64_t) program->len * PYEXEC_RESOLVE_BYTE;
    resolve.arguments.cursor = ts_tree_cursor_new(root);

    spread_escapes(program);

    stable = false;

    for (passes = 0; !stable && passes < PYEXEC_RESOLVE_PASSES; passes++) {
        stable = !pass(&resolve);
    }

    for (i = 1; stable && i < program->nexprs; i++) {
        expr = &program->exprs[i];

        switch (expr->type) {

        case PYEXEC_EXPR_CALL:
            check_call(&resolve, expr);
            break;

        case PYEXEC_EXPR_ATTRIBUTE:
        case PYEXEC_EXPR_NAME:
        case PYEXEC_EXPR_SUBSCRIPT:
            break;

        default:
            continue;
        }

        if (expr->escapes && expr->value.functions) {
            check_escape(&resolve, expr);
        }
    }

    ts_tree_cursor_delete(&resolve.arguments.cursor);

    return stable && resolve.arguments.budget >= 0;
}
