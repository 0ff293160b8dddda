#include "lookup.h"

#include <string.h>


typedef struct {
    pyexec_model_t  *model;
    int64_t         *budget;
    pyexec_value_t   value;
    uint32_t         offset;
    bool             later;   /* a function is between use and scope */
    bool             bound;   /* the scope binds the name */
    bool             unbound; /* but perhaps not yet, or no more */
    uint32_t         global;  /* declared global or nonlocal, a type */
} lookup_t;


static bool
reaches(const lookup_t *lookup, const pyexec_binding_t *binding,
    const pyexec_binding_t *last)
{
    if (binding->anytime || binding == last) {
        return true;
    }

    /* The next turn of a loop sees what this one binds. */

    if (binding->offset > lookup->offset) {
        return lookup->later || binding->loop <= lookup->offset;
    }

    if (lookup->later && binding->loop <= lookup->offset) {
        return true;
    }

    return last == NULL || binding->offset >= last->offset;
}


/* The last binding of a scope that is certain to have run before. */

static const pyexec_binding_t *
find_last(lookup_t *lookup, uint32_t name, uint32_t scope)
{
    uint32_t                 i;
    const pyexec_binding_t  *binding, *last;

    last = NULL;
    lookup->bound = false;
    lookup->global = PYEXEC_BINDING_VALUE;

    for (i = lookup->model->names.list[name].first; i; i = binding->next) {
        binding = &lookup->model->bindings[i];
        --*lookup->budget;

        if (binding->scope != scope) {
            continue;
        }

        if (binding->type == PYEXEC_BINDING_GLOBAL
            || binding->type == PYEXEC_BINDING_NONLOCAL)
        {
            lookup->global = binding->type;
            continue;
        }

        lookup->bound = true;

        if (!binding->anytime && binding->offset <= lookup->offset
            && lookup->offset < binding->end
            && (last == NULL || binding->offset >= last->offset))
        {
            last = binding;
        }
    }

    return last;
}


static void
add_bindings(lookup_t *lookup, uint32_t name, uint32_t scope,
    const pyexec_binding_t *last)
{
    uint32_t                 i;
    pyexec_value_t           value;
    pyexec_model_t          *model;
    const pyexec_name_t     *n;
    const pyexec_binding_t  *binding;

    model = lookup->model;
    n = &model->names.list[name];

    lookup->unbound = last == NULL;

    for (i = n->first; i; i = binding->next) {
        binding = &model->bindings[i];
        --*lookup->budget;

        if (binding->scope != scope || !reaches(lookup, binding, last)) {
            continue;
        }

        if (binding->type == PYEXEC_BINDING_DELETED) {
            lookup->unbound = true;
            continue;
        }

        lookup->value = pyexec_value_union(lookup->value,
                                         model->exprs[binding->expr].value);
    }

    if (!model->stars) {
        return;
    }

    for (i = model->names.list[PYEXEC_NAME_STAR].first; i; i = binding->next) {
        binding = &model->bindings[i];
        --*lookup->budget;

        if (binding->scope == scope && reaches(lookup, binding, last)) {
            value = model->exprs[binding->expr].value;

            lookup->value = pyexec_value_union(lookup->value,
                            pyexec_values_attribute(value, n->text, n->len));
        }
    }
}


static uint32_t
find_statement(const pyexec_model_t *model, uint32_t offset)
{
    uint32_t  low, high, middle;

    low = 0;
    high = model->nstatements;

    while (low + 1 < high) {
        middle = low + (high - low) / 2;

        if (model->statements[middle].start <= offset) {
            low = middle;

        } else {
            high = middle;
        }
    }

    return low;
}


/*
 * A function may use a name that the module binds only further down, if
 * nothing can call the function before.
 */

static bool
bound_in_time(lookup_t *lookup, uint32_t name)
{
    uint32_t                 i, last;
    pyexec_model_t          *model;
    const pyexec_binding_t  *binding, *first;

    model = lookup->model;
    first = NULL;

    for (i = model->names.list[name].first; i; i = binding->next) {
        binding = &model->bindings[i];
        --*lookup->budget;

        if (binding->scope == 0 && !binding->anytime
            && binding->type == PYEXEC_BINDING_VALUE
            && binding->end == PYEXEC_MODEL_NEVER
            && binding->offset > lookup->offset
            && (first == NULL || binding->offset < first->offset))
        {
            first = binding;
        }
    }

    if (first == NULL) {
        return false;
    }

    last = find_statement(model, first->offset - 1);

    for (i = find_statement(model, lookup->offset); i <= last; i++) {
        --*lookup->budget;

        if (model->statements[i].active) {
            return false;
        }
    }

    return true;
}


static pyexec_value_t
lookup_module(lookup_t *lookup, uint32_t name)
{
    pyexec_name_t           *n;
    const pyexec_binding_t  *last;

    n = &lookup->model->names.list[name];
    last = find_last(lookup, name, 0);

    add_bindings(lookup, name, 0, last);

    if (last == NULL && lookup->bound && lookup->later && n->builtin
        && bound_in_time(lookup, name))
    {
        lookup->unbound = false;
    }

    if (lookup->unbound && n->builtin) {
        lookup->value = pyexec_value_union(lookup->value,
                                    pyexec_values_builtin(n->text, n->len));
    }

    return lookup->value;
}


pyexec_value_t
pyexec_lookup(pyexec_model_t *model, uint32_t name, uint32_t scope,
    uint32_t offset, int64_t *budget)
{
    bool                     own;
    lookup_t                 lookup;
    const pyexec_scope_t    *s;
    const pyexec_binding_t  *last;

    memset(&lookup, 0, sizeof(lookup));

    lookup.model = model;
    lookup.budget = budget;
    lookup.offset = offset;

    /* Whatever some function binds it to as a nonlocal name. */

    last = find_last(&lookup, name, PYEXEC_MODEL_NONLOCAL);

    if (lookup.bound) {
        add_bindings(&lookup, name, PYEXEC_MODEL_NONLOCAL, last);
    }

    for (own = true; scope; scope = s->parent, own = false) {
        s = &model->scopes[scope];

        if (--*budget < 0) {
            return lookup.value;
        }

        /* A class is a scope for its own body alone. */

        if (s->type != PYEXEC_SCOPE_CLASS || own) {
            last = find_last(&lookup, name, scope);

            if (lookup.global == PYEXEC_BINDING_GLOBAL) {
                lookup.later = true;
                lookup.offset = s->start;
                break;
            }

            if (lookup.bound && lookup.global == PYEXEC_BINDING_VALUE) {
                add_bindings(&lookup, name, scope, last);

                if (s->type != PYEXEC_SCOPE_CLASS || !lookup.unbound) {
                    return lookup.value;
                }
            }
        }

        if (s->type == PYEXEC_SCOPE_FUNCTION
            || s->type == PYEXEC_SCOPE_GENERATOR)
        {
            lookup.later = true;
            lookup.offset = s->start;
        }
    }

    return lookup_module(&lookup, name);
}


pyexec_value_t
pyexec_lookup_global(pyexec_model_t *model, uint32_t name,
    int64_t *budget)
{
    lookup_t  lookup;

    memset(&lookup, 0, sizeof(lookup));

    lookup.model = model;
    lookup.budget = budget;
    lookup.later = true;

    return lookup_module(&lookup, name);
}
