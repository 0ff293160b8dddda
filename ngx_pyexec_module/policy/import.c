#include "import.h"

#include "bind.h"


static void
report(pyexec_walk_t *walk, uint32_t root, uint32_t offset)
{
    pyexec_name_t  *name;

    name = &walk->model->names.list[root];
    walk->reporter->import(walk->reporter->data, name->text, name->len,
                           offset);
}


/* As CPython reads it, without the blanks and line ends it may have inside. */

static void
report_relative(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    char        *name, *p;
    size_t       len;
    uint32_t     i;
    const char  *code, *text;

    name = pyexec_arena_alloc(&walk->model->arena,
                              frame->end - frame->start);
    if (name == NULL) {
        return;
    }

    p = name;
    code = walk->model->code;

    for (i = frame->start; i < frame->end; i++) {
        if ((unsigned char) code[i] > ' ' && code[i] != '\\') {
            *p++ = code[i];
        }
    }

    text = name;
    len = (size_t) (p - name);
    pyexec_names_fold(&walk->model->names, &text, &len);

    walk->reporter->import(walk->reporter->data, text, len, frame->start);
}


/* A submodule has no rule of its own. */

static uint32_t
module_expr(pyexec_walk_t *walk, uint32_t root, bool submodule)
{
    pyexec_name_t    *name;
    pyexec_module_t   module;

    name = &walk->model->names.list[root];
    module = submodule ? PYEXEC_MODULE_OTHER
                       : pyexec_values_module(name->text, name->len);

    return pyexec_model_expr(walk->model, PYEXEC_EXPR_MODULE, module, 0,
                             0);
}


static uint32_t
member_expr(pyexec_walk_t *walk, pyexec_frame_t *from, uint32_t name)
{
    return pyexec_model_expr(walk->model, PYEXEC_EXPR_ATTRIBUTE,
                             from->expr, name, from->start);
}


static void
dotted_name(pyexec_walk_t *walk, pyexec_frame_t *frame, pyexec_frame_t *parent)
{
    switch (parent->kind) {

    case PYEXEC_KIND_IMPORT:
        report(walk, frame->value, frame->start);
        pyexec_bind(walk, frame->name, module_expr(walk, frame->value, false),
                    frame->end);
        break;

    case PYEXEC_KIND_IMPORT_FROM:

        if (parent->children) {
            pyexec_bind(walk, frame->name,
                        member_expr(walk, parent, frame->value), frame->end);
            break;
        }

        report(walk, frame->value, frame->start);
        parent->expr = module_expr(walk, frame->value, frame->children > 1);
        break;

    case PYEXEC_KIND_ALIASED_IMPORT:
        parent->value = frame->value;
        parent->marked = frame->children;
        break;
    }
}


static void
aliased_import(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_frame_t *parent)
{
    uint32_t  expr;

    if (parent->kind == PYEXEC_KIND_IMPORT_FROM) {
        expr = member_expr(walk, parent, frame->value);

    } else {
        report(walk, frame->value, frame->start);
        expr = module_expr(walk, frame->value, frame->marked > 1);
    }

    pyexec_bind(walk, frame->name, expr, frame->end);
}


void
pyexec_import(pyexec_walk_t *walk, pyexec_frame_t *frame)
{
    uint32_t         index;
    pyexec_frame_t  *parent;
    pyexec_model_t  *model;

    model = walk->model;
    parent = pyexec_walk_frame(walk, 2);

    switch (frame->kind) {

    case PYEXEC_KIND_DOTTED_NAME:
        dotted_name(walk, frame, parent);
        break;

    case PYEXEC_KIND_ALIASED_IMPORT:
        aliased_import(walk, frame, parent);
        break;

    case PYEXEC_KIND_RELATIVE_IMPORT:
        report_relative(walk, frame);
        parent->expr = pyexec_model_expr(model, PYEXEC_EXPR_MODULE,
                                         PYEXEC_MODULE_OTHER, 0, 0);
        break;

    case PYEXEC_KIND_WILDCARD_IMPORT:

        if (model->exprs[parent->expr].a == PYEXEC_MODULE_OTHER) {
            break;
        }

        index = pyexec_bind(walk, PYEXEC_NAME_STAR, parent->expr, frame->end);
        model->bindings[index].type = PYEXEC_BINDING_STAR;
        model->stars = true;
        break;
    }
}
