#include "identifier.h"

#include "bind.h"
#include "context.h"


/*
 * What the parent does with the name at [offset, end).  False where it is an
 * identifier like any other.
 */

typedef bool (*use_pt)(pyexec_walk_t *walk, pyexec_frame_t *parent,
    uint32_t name, uint32_t offset, uint32_t end);


static bool
keep(pyexec_walk_t *walk, pyexec_frame_t *parent, uint32_t name,
    uint32_t offset, uint32_t end)
{
    (void) walk;
    (void) offset;
    (void) end;

    parent->name = name;

    return true;
}


static bool
keep_first(pyexec_walk_t *walk, pyexec_frame_t *parent, uint32_t name,
    uint32_t offset, uint32_t end)
{
    return parent->children == 0 && keep(walk, parent, name, offset, end);
}


static bool
keep_later(pyexec_walk_t *walk, pyexec_frame_t *parent, uint32_t name,
    uint32_t offset, uint32_t end)
{
    return parent->children && keep(walk, parent, name, offset, end);
}


/* The name of a keyword is no name of the program's. */

static bool
drop_first(pyexec_walk_t *walk, pyexec_frame_t *parent, uint32_t name,
    uint32_t offset, uint32_t end)
{
    (void) walk;
    (void) name;
    (void) offset;
    (void) end;

    return parent->children == 0;
}


static bool
name_class(pyexec_walk_t *walk, pyexec_frame_t *parent, uint32_t name,
    uint32_t offset, uint32_t end)
{
    walk->model->scopes[parent->inner].class_name = name;

    return keep(walk, parent, name, offset, end);
}


/* The root of a.b.c, which as a module is not private in a class. */

static bool
name_root(pyexec_walk_t *walk, pyexec_frame_t *parent, uint32_t name,
    uint32_t offset, uint32_t end)
{
    if (parent->children == 0) {
        parent->name = name;
        parent->value = pyexec_names_add(&walk->model->names, offset, end, 0);
    }

    return true;
}


static bool
declare_global(pyexec_walk_t *walk, pyexec_frame_t *parent, uint32_t name,
    uint32_t offset, uint32_t end)
{
    (void) parent;
    (void) end;

    pyexec_bind_declare(walk, PYEXEC_BINDING_GLOBAL, name, offset);

    return true;
}


static bool
declare_nonlocal(pyexec_walk_t *walk, pyexec_frame_t *parent, uint32_t name,
    uint32_t offset, uint32_t end)
{
    (void) parent;
    (void) end;

    pyexec_bind_declare(walk, PYEXEC_BINDING_NONLOCAL, name, offset);

    return true;
}


static const use_pt  uses[PYEXEC_KIND_ERROR + 1] = {
    [PYEXEC_KIND_ALIASED_IMPORT] = keep,
    [PYEXEC_KIND_ATTRIBUTE] = keep_later,
    [PYEXEC_KIND_CLASS] = name_class,
    [PYEXEC_KIND_DEFAULT_PARAMETER] = keep_first,
    [PYEXEC_KIND_DOTTED_NAME] = name_root,
    [PYEXEC_KIND_FUNCTION] = keep,
    [PYEXEC_KIND_GLOBAL] = declare_global,
    [PYEXEC_KIND_KEYWORD_ARGUMENT] = drop_first,
    [PYEXEC_KIND_KEYWORD_PATTERN] = drop_first,
    [PYEXEC_KIND_NAMED_EXPRESSION] = keep_first,
    [PYEXEC_KIND_NONLOCAL] = declare_nonlocal,
    [PYEXEC_KIND_TYPED_DEFAULT_PARAMETER] = keep_first,
};


uint32_t
pyexec_identifier(pyexec_walk_t *walk, pyexec_frame_t *parent, TSNode node)
{
    use_pt           use;
    uint32_t         name, offset, end;
    pyexec_model_t  *model;

    model = walk->model;
    offset = ts_node_start_byte(node);
    end = ts_node_end_byte(node);

    name = pyexec_names_add(&model->names, offset, end,
                            model->scopes[walk->scope].class_name);

    use = uses[parent->kind];

    if (use && use(walk, parent, name, offset, end)) {
        return 0;
    }

    switch (pyexec_context(parent, PYEXEC_KIND_IDENTIFIER)) {

    case PYEXEC_CONTEXT_STORE:
        return pyexec_model_expr(model, PYEXEC_EXPR_TARGET, name, 0, offset);

    case PYEXEC_CONTEXT_DELETE:
        pyexec_bind_deleted(walk, name, end);
        return 0;

    case PYEXEC_CONTEXT_PARAMETER:
        pyexec_bind_parameter(walk, name, 0);
        return 0;

    case PYEXEC_CONTEXT_TYPE_PARAMETER:
    case PYEXEC_CONTEXT_MATCH:
        pyexec_bind(walk, name, 0, end);
        return 0;

    default:
        return pyexec_model_expr(model, PYEXEC_EXPR_NAME, name, walk->scope,
                                 offset);
    }
}
