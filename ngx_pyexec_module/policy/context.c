#include "context.h"


/* What a node's own context, or the kind of its child, decides. */

#define CONTEXT_OF_NODE   (PYEXEC_CONTEXT_UNPACK + 1)
#define CONTEXT_OF_MATCH  (PYEXEC_CONTEXT_UNPACK + 2)
#define CONTEXT_OF_CHILD  (PYEXEC_CONTEXT_UNPACK + 3)


typedef struct {
    uint8_t  first;     /* the first child */
    uint8_t  later;
} rule_t;


#define BOTH(context)  { context, context }

#define LOAD       PYEXEC_CONTEXT_LOAD
#define STORE      PYEXEC_CONTEXT_STORE
#define DELETE     PYEXEC_CONTEXT_DELETE
#define PARAMETER  PYEXEC_CONTEXT_PARAMETER
#define MATCH      PYEXEC_CONTEXT_MATCH
#define NODE       CONTEXT_OF_NODE


/* The names in any other node are loaded. */

static const rule_t  rules[PYEXEC_KIND_ERROR + 1] = {
    [PYEXEC_KIND_ASSIGNMENT] = { STORE, CONTEXT_OF_CHILD },
    [PYEXEC_KIND_AUGMENTED_ASSIGNMENT] = { STORE, LOAD },
    [PYEXEC_KIND_FOR] = { STORE, LOAD },
    [PYEXEC_KIND_FOR_IN_CLAUSE] = { STORE, LOAD },
    [PYEXEC_KIND_AS_PATTERN_TARGET] = BOTH(STORE),
    [PYEXEC_KIND_DELETE] = BOTH(DELETE),

    [PYEXEC_KIND_PARAMETERS] = BOTH(PARAMETER),
    [PYEXEC_KIND_LAMBDA_PARAMETERS] = BOTH(PARAMETER),
    [PYEXEC_KIND_DEFAULT_PARAMETER] = { PARAMETER, LOAD },
    [PYEXEC_KIND_TYPED_DEFAULT_PARAMETER] = { PARAMETER, LOAD },
    [PYEXEC_KIND_TYPED_PARAMETER] = { PARAMETER, LOAD },

    [PYEXEC_KIND_CASE_PATTERN] = BOTH(MATCH),
    [PYEXEC_KIND_CLASS_PATTERN] = { LOAD, MATCH },
    [PYEXEC_KIND_KEYWORD_PATTERN] = { LOAD, MATCH },
    [PYEXEC_KIND_AS_PATTERN] = BOTH(CONTEXT_OF_MATCH),
    [PYEXEC_KIND_CONSTRAINED_TYPE] = { NODE, LOAD },

    [PYEXEC_KIND_DICTIONARY_SPLAT_PATTERN] = BOTH(NODE),
    [PYEXEC_KIND_DICT_PATTERN] = BOTH(NODE),
    [PYEXEC_KIND_EXPRESSION_LIST] = BOTH(NODE),
    [PYEXEC_KIND_LIST] = BOTH(NODE),
    [PYEXEC_KIND_LIST_PATTERN] = BOTH(NODE),
    [PYEXEC_KIND_LIST_SPLAT] = BOTH(NODE),
    [PYEXEC_KIND_LIST_SPLAT_PATTERN] = BOTH(NODE),
    [PYEXEC_KIND_PARENTHESIZED] = BOTH(NODE),
    [PYEXEC_KIND_PATTERN_LIST] = BOTH(NODE),
    [PYEXEC_KIND_SPLAT_PATTERN] = BOTH(NODE),
    [PYEXEC_KIND_SPLAT_TYPE] = BOTH(NODE),
    [PYEXEC_KIND_TUPLE] = BOTH(NODE),
    [PYEXEC_KIND_TUPLE_PATTERN] = BOTH(NODE),
    [PYEXEC_KIND_TYPE] = BOTH(NODE),
    [PYEXEC_KIND_TYPE_PARAMETER] = BOTH(NODE),
    [PYEXEC_KIND_UNION_PATTERN] = BOTH(NODE),
};


/* A value in parts that may be those of a target. */

static const bool  in_parts[PYEXEC_KIND_ERROR + 1] = {
    [PYEXEC_KIND_EXPRESSION_LIST] = true,
    [PYEXEC_KIND_LIST] = true,
    [PYEXEC_KIND_PARENTHESIZED] = true,
    [PYEXEC_KIND_PATTERN_LIST] = true,
    [PYEXEC_KIND_TUPLE] = true,
};


pyexec_context_t
pyexec_context(const pyexec_frame_t *frame, pyexec_kind_t kind)
{
    uint8_t        context;
    const rule_t  *rule;

    rule = &rules[frame->kind];
    context = frame->children ? rule->later : rule->first;

    switch (context) {

    case CONTEXT_OF_NODE:
        return (pyexec_context_t) frame->context;

    case CONTEXT_OF_MATCH:
        return frame->context == MATCH ? MATCH : LOAD;

    case CONTEXT_OF_CHILD:
        return in_parts[kind] ? PYEXEC_CONTEXT_UNPACK : LOAD;

    default:
        return (pyexec_context_t) context;
    }
}
