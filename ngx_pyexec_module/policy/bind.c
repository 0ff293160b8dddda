#include "bind.h"

#include <string.h>


static uint32_t
bind_in(pyexec_walk_t *walk, uint32_t scope, uint32_t name, uint32_t expr,
    uint32_t offset)
{
    pyexec_binding_t  binding;

    memset(&binding, 0, sizeof(binding));

    binding.type = PYEXEC_BINDING_VALUE;
    binding.name = name;
    binding.scope = scope;
    binding.expr = expr;
    binding.offset = offset;
    binding.end = walk->region;
    binding.loop = walk->loop;

    return pyexec_model_bind(walk->model, &binding);
}


/* How the scope declares a name: global, nonlocal, or VALUE for not at all. */

static pyexec_binding_type_t
declared(pyexec_walk_t *walk, uint32_t scope, uint32_t name)
{
    uint32_t           i;
    pyexec_binding_t  *binding;
    pyexec_model_t    *model;

    model = walk->model;

    if (model->scopes[scope].declares) {
        for (i = model->names.list[name].first; i; i = binding->next) {
            binding = &model->bindings[i];

            if (binding->scope == scope
                && (binding->type == PYEXEC_BINDING_GLOBAL
                    || binding->type == PYEXEC_BINDING_NONLOCAL))
            {
                return binding->type;
            }
        }
    }

    return PYEXEC_BINDING_VALUE;
}


static uint32_t
bind_scope(pyexec_walk_t *walk, uint32_t scope, uint32_t name, uint32_t expr,
    uint32_t offset)
{
    bool      anytime;
    uint32_t  index;

    anytime = true;

    switch (declared(walk, scope, name)) {

    case PYEXEC_BINDING_GLOBAL:
        scope = 0;
        break;

    case PYEXEC_BINDING_NONLOCAL:
        scope = PYEXEC_MODEL_NONLOCAL;
        break;

    default:

        switch (walk->model->scopes[scope].type) {

        case PYEXEC_SCOPE_COMPREHENSION:
        case PYEXEC_SCOPE_GENERATOR:
            break;

        default:
            anytime = false;
        }
    }

    index = bind_in(walk, scope, name, expr, offset);
    walk->model->bindings[index].anytime = anytime;

    return index;
}


uint32_t
pyexec_bind(pyexec_walk_t *walk, uint32_t name, uint32_t expr, uint32_t offset)
{
    /* The attributes of a class are not followed. */

    if (walk->model->scopes[walk->scope].type == PYEXEC_SCOPE_CLASS) {
        pyexec_walk_escape(walk, expr);
    }

    return bind_scope(walk, walk->scope, name, expr, offset);
}


/* In a comprehension it binds a name of the scope around that. */

void
pyexec_bind_walrus(pyexec_walk_t *walk, uint32_t name, uint32_t expr,
    uint32_t offset)
{
    bool             anytime;
    uint32_t         scope, index;
    pyexec_scope_t  *s;
    pyexec_model_t  *model;

    anytime = false;
    model = walk->model;

    for (scope = walk->scope; /* void */ ; scope = s->parent) {
        s = &model->scopes[scope];

        if (s->type == PYEXEC_SCOPE_GENERATOR) {
            anytime = true;

        } else if (s->type != PYEXEC_SCOPE_COMPREHENSION) {
            break;
        }
    }

    if (s->type == PYEXEC_SCOPE_CLASS) {
        pyexec_walk_escape(walk, expr);
    }

    index = bind_scope(walk, scope, name, expr, offset);

    if (anytime) {
        model->bindings[index].anytime = true;
    }
}


void
pyexec_bind_parameter(pyexec_walk_t *walk, uint32_t name, uint32_t expr)
{
    uint32_t         up, index;
    pyexec_frame_t  *frame;

    for (up = 1; up < walk->depth; up++) {
        frame = pyexec_walk_frame(walk, up);

        if (frame->kind == PYEXEC_KIND_FUNCTION
            || frame->kind == PYEXEC_KIND_LAMBDA)
        {
            index = bind_in(walk, frame->inner, name, expr, frame->start);
            walk->model->bindings[index].anytime = true;
            return;
        }
    }
}


void
pyexec_bind_deleted(pyexec_walk_t *walk, uint32_t name, uint32_t offset)
{
    uint32_t  index;

    index = bind_scope(walk, walk->scope, name, 0, offset);
    walk->model->bindings[index].type = PYEXEC_BINDING_DELETED;
}


void
pyexec_bind_declare(pyexec_walk_t *walk, pyexec_binding_type_t type,
    uint32_t name, uint32_t offset)
{
    uint32_t  index;

    /* In the module's own body it declares nothing new. */

    if (walk->scope == 0) {
        return;
    }

    walk->model->scopes[walk->scope].declares = true;

    index = bind_in(walk, walk->scope, name, 0, offset);
    walk->model->bindings[index].type = (uint8_t) type;
}


static bool
has_star(pyexec_model_t *model, pyexec_expr_t *tuple)
{
    uint32_t  i;

    for (i = 0; i < tuple->b; i++) {
        if (model->exprs[model->elements[tuple->a + i]].type
            == PYEXEC_EXPR_STAR)
        {
            return true;
        }
    }

    return false;
}


/* Of the values that are taken apart, those of some calls are known. */

static uint32_t
part_of(pyexec_walk_t *walk, uint32_t value, uint32_t offset)
{
    if (walk->model->exprs[value].type != PYEXEC_EXPR_CALL) {
        return 0;
    }

    return pyexec_model_expr(walk->model, PYEXEC_EXPR_PART, value, 0, offset);
}


void
pyexec_bind_target(pyexec_walk_t *walk, uint32_t target, uint32_t value,
    uint32_t offset)
{
    bool             pairs;
    uint32_t         base, i, part;
    pyexec_expr_t   *t, *v;
    pyexec_model_t  *model;

    part = 0;
    model = walk->model;
    base = walk->npending;

    if (!pyexec_walk_push(walk, target) || !pyexec_walk_push(walk, value)) {
        return;
    }

    while (walk->npending > base) {
        value = walk->pending[--walk->npending];
        target = walk->pending[--walk->npending];

        t = &model->exprs[target];
        v = &model->exprs[value];

        switch (t->type) {

        case PYEXEC_EXPR_TARGET:

            if (v->type == PYEXEC_EXPR_TUPLE || v->type == PYEXEC_EXPR_STAR) {
                pyexec_walk_escape(walk, value);
                value = 0;
            }

            pyexec_bind(walk, t->a, value, offset);
            break;

        case PYEXEC_EXPR_STAR:
            pyexec_walk_escape(walk, value);

            if (!pyexec_walk_push(walk, t->a) || !pyexec_walk_push(walk, 0)) {
                return;
            }

            break;

        case PYEXEC_EXPR_TUPLE:
            pairs = v->type == PYEXEC_EXPR_TUPLE && v->b == t->b
                    && !has_star(model, t) && !has_star(model, v);

            if (!pairs) {
                pyexec_walk_escape(walk, value);
                part = part_of(walk, value, offset);

                t = &model->exprs[target];
                v = &model->exprs[value];
            }

            for (i = 0; i < t->b; i++) {
                if (!pyexec_walk_push(walk, model->elements[t->a + i])
                    || !pyexec_walk_push(walk,
                                  pairs ? model->elements[v->a + i] : part))
                {
                    return;
                }
            }

            break;

        default:
            pyexec_walk_escape(walk, value);
        }
    }
}
