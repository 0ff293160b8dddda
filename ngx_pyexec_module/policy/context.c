#include "walk.h"

#include "names.h"


pyexec_context_t
pyexec_context(pyexec_frame_t *frame, pyexec_kind_t kind)
{
    switch (frame->kind) {

    case PYEXEC_KIND_ASSIGNMENT:

        if (frame->children == 0) {
            return PYEXEC_CONTEXT_STORE;
        }

        switch (kind) {

        case PYEXEC_KIND_EXPRESSION_LIST:
        case PYEXEC_KIND_LIST:
        case PYEXEC_KIND_PARENTHESIZED:
        case PYEXEC_KIND_PATTERN_LIST:
        case PYEXEC_KIND_TUPLE:
            return PYEXEC_CONTEXT_UNPACK;

        default:
            return PYEXEC_CONTEXT_LOAD;
        }

    case PYEXEC_KIND_AUGMENTED_ASSIGNMENT:
    case PYEXEC_KIND_FOR:
    case PYEXEC_KIND_FOR_IN_CLAUSE:
        return frame->children ? PYEXEC_CONTEXT_LOAD : PYEXEC_CONTEXT_STORE;

    case PYEXEC_KIND_AS_PATTERN_TARGET:
        return PYEXEC_CONTEXT_STORE;

    case PYEXEC_KIND_DELETE:
        return PYEXEC_CONTEXT_DELETE;

    case PYEXEC_KIND_PARAMETERS:
    case PYEXEC_KIND_LAMBDA_PARAMETERS:
        return PYEXEC_CONTEXT_PARAMETER;

    case PYEXEC_KIND_DEFAULT_PARAMETER:
    case PYEXEC_KIND_TYPED_DEFAULT_PARAMETER:
    case PYEXEC_KIND_TYPED_PARAMETER:
        return frame->children ? PYEXEC_CONTEXT_LOAD
                               : PYEXEC_CONTEXT_PARAMETER;

    case PYEXEC_KIND_CASE_PATTERN:
        return PYEXEC_CONTEXT_MATCH;

    case PYEXEC_KIND_CLASS_PATTERN:
    case PYEXEC_KIND_KEYWORD_PATTERN:
        return frame->children ? PYEXEC_CONTEXT_MATCH : PYEXEC_CONTEXT_LOAD;

    case PYEXEC_KIND_CONSTRAINED_TYPE:

        if (frame->children) {
            return PYEXEC_CONTEXT_LOAD;
        }

        return (pyexec_context_t) frame->context;

    case PYEXEC_KIND_AS_PATTERN:

        if (frame->context != PYEXEC_CONTEXT_MATCH) {
            return PYEXEC_CONTEXT_LOAD;
        }

        return PYEXEC_CONTEXT_MATCH;

    case PYEXEC_KIND_DICTIONARY_SPLAT_PATTERN:
    case PYEXEC_KIND_DICT_PATTERN:
    case PYEXEC_KIND_EXPRESSION_LIST:
    case PYEXEC_KIND_LIST:
    case PYEXEC_KIND_LIST_PATTERN:
    case PYEXEC_KIND_LIST_SPLAT:
    case PYEXEC_KIND_LIST_SPLAT_PATTERN:
    case PYEXEC_KIND_PARENTHESIZED:
    case PYEXEC_KIND_PATTERN_LIST:
    case PYEXEC_KIND_SPLAT_PATTERN:
    case PYEXEC_KIND_SPLAT_TYPE:
    case PYEXEC_KIND_TUPLE:
    case PYEXEC_KIND_TUPLE_PATTERN:
    case PYEXEC_KIND_TYPE:
    case PYEXEC_KIND_TYPE_PARAMETER:
    case PYEXEC_KIND_UNION_PATTERN:
        return (pyexec_context_t) frame->context;

    default:
        return PYEXEC_CONTEXT_LOAD;
    }
}


static uint32_t
name_of(pyexec_walk_t *walk, TSNode node)
{
    pyexec_program_t  *program;

    program = walk->program;

    return pyexec_names_add(program, ts_node_start_byte(node),
                            ts_node_end_byte(node),
                            program->scopes[walk->scope].class_name);
}


uint32_t
pyexec_context_identifier(pyexec_walk_t *walk, pyexec_frame_t *parent,
    TSNode node)
{
    uint32_t           name, offset;
    pyexec_program_t  *program;

    program = walk->program;
    name = name_of(walk, node);
    offset = ts_node_start_byte(node);

    switch (parent->kind) {

    case PYEXEC_KIND_ATTRIBUTE:

        if (parent->children) {
            parent->name = name;
            return 0;
        }

        break;

    case PYEXEC_KIND_KEYWORD_ARGUMENT:
    case PYEXEC_KIND_KEYWORD_PATTERN:

        if (parent->children == 0) {
            return 0;
        }

        break;

    case PYEXEC_KIND_CLASS:
        program->scopes[parent->inner].class_name = name;
        parent->name = name;
        return 0;

    case PYEXEC_KIND_FUNCTION:
        parent->name = name;
        return 0;

    case PYEXEC_KIND_NAMED_EXPRESSION:
    case PYEXEC_KIND_DEFAULT_PARAMETER:
    case PYEXEC_KIND_TYPED_DEFAULT_PARAMETER:

        if (parent->children == 0) {
            parent->name = name;
            return 0;
        }

        break;

    case PYEXEC_KIND_ALIASED_IMPORT:
        parent->name = name;
        return 0;

    case PYEXEC_KIND_DOTTED_NAME:

        if (parent->children == 0) {
            parent->name = name;
            parent->value = pyexec_names_add(program, offset,
                                             ts_node_end_byte(node), 0);
        }

        return 0;

    case PYEXEC_KIND_GLOBAL:
        pyexec_bind_declare(walk, PYEXEC_BINDING_GLOBAL, name, offset);
        return 0;

    case PYEXEC_KIND_NONLOCAL:
        pyexec_bind_declare(walk, PYEXEC_BINDING_NONLOCAL, name, offset);
        return 0;
    }

    switch (pyexec_context(parent, PYEXEC_KIND_IDENTIFIER)) {

    case PYEXEC_CONTEXT_STORE:
        return pyexec_program_expr(program, PYEXEC_EXPR_TARGET, name, 0,
                                   offset);

    case PYEXEC_CONTEXT_DELETE:
        pyexec_bind_deleted(walk, name, ts_node_end_byte(node));
        return 0;

    case PYEXEC_CONTEXT_PARAMETER:
        pyexec_bind_parameter(walk, name, 0);
        return 0;

    case PYEXEC_CONTEXT_TYPE_PARAMETER:
    case PYEXEC_CONTEXT_MATCH:
        pyexec_bind(walk, name, 0, ts_node_end_byte(node));
        return 0;

    default:
        return pyexec_program_expr(program, PYEXEC_EXPR_NAME, name,
                                   walk->scope, offset);
    }
}
