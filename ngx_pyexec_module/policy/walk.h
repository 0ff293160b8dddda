/*
 * The stack of the pass over the syntax tree: a frame for each node that is
 * open, and what is kept for later between two of them.
 */

#ifndef PYEXEC_WALK_H
#define PYEXEC_WALK_H

#include "kinds.h"
#include "model.h"
#include "reporter.h"


/* What an identifier is for. */

typedef enum {
    PYEXEC_CONTEXT_LOAD,
    PYEXEC_CONTEXT_STORE,
    PYEXEC_CONTEXT_DELETE,
    PYEXEC_CONTEXT_PARAMETER,
    PYEXEC_CONTEXT_TYPE_PARAMETER,
    PYEXEC_CONTEXT_MATCH,       /* a pattern of a case */
    PYEXEC_CONTEXT_UNPACK       /* values for as many targets */
} pyexec_context_t;


/* Columns as CPython counts them: with tab stops, and without. */

typedef struct {
    uint32_t          column;
    uint32_t          tabless;
} pyexec_indent_t;


typedef struct {
    uint8_t           kind;
    uint8_t           context;
    bool              separated;    /* a comma or semicolon came before */
    bool              later;        /* not the first clause of its kind */
    uint32_t          children;     /* named ones that are complete */
    uint32_t          start;
    uint32_t          end;

    uint32_t          expr;         /* of the node, as far as it is known */
    uint32_t          value;        /* of what is assigned or passed */
    uint32_t          name;
    uint32_t          inner;        /* the scope of a definition */
    uint32_t          mark;         /* elements or bindings before it */
    uint32_t          marked;

    /* What holds around the node. */
    bool              inside;
    uint32_t          scope;
    uint32_t          region;
    uint32_t          loop;
    pyexec_indent_t   indent;

    TSNode            node;
} pyexec_frame_t;


typedef struct {
    pyexec_model_t           *model;
    const pyexec_reporter_t  *reporter;

    pyexec_frame_t           *frames;
    uint32_t                  depth;
    uint32_t                  frames_size;

    uint32_t                 *pending;      /* of sequences, and of work */
    uint32_t                  npending;
    uint32_t                  pending_size;

    bool                      inside;       /* the body of a function */
    uint32_t                  scope;
    uint32_t                  region;       /* where certainty ends */
    uint32_t                  loop;         /* start of the outermost one */
    pyexec_indent_t           indent;       /* of the block */

    bool                      doubtful;
    uint32_t                  error;
} pyexec_walk_t;


/* The frame "up" places from the top, which is 1. */

static inline pyexec_frame_t *
pyexec_walk_frame(pyexec_walk_t *walk, uint32_t up)
{
    return &walk->frames[walk->depth - up];
}


/* The value of an expression goes where it is not followed. */

static inline void
pyexec_walk_escape(pyexec_walk_t *walk, uint32_t expr)
{
    walk->model->exprs[expr].escapes = true;
}


/* A sequence of targets, or of the values for one. */

static inline bool
pyexec_walk_is_unpacked(const pyexec_frame_t *frame)
{
    return frame->context == PYEXEC_CONTEXT_STORE
           || frame->context == PYEXEC_CONTEXT_UNPACK;
}


/* An empty stack, in the module's own body; the memory is the model's. */

void pyexec_walk_init(pyexec_walk_t *walk, pyexec_model_t *model,
    const pyexec_reporter_t *reporter);

/*
 * A zeroed frame for a node, with what holds around it; NULL when memory is
 * short.  Other frames may move.
 */

pyexec_frame_t *pyexec_walk_open(pyexec_walk_t *walk, TSNode node,
    pyexec_kind_t kind);

/* Goes back to what holds around the frame on top, which stays there. */

void pyexec_walk_leave(pyexec_walk_t *walk);

/* Keeps an expression for later.  False when memory is short. */

bool pyexec_walk_push(pyexec_walk_t *walk, uint32_t expr);

/* CPython cannot have read the program as the parser did. */

void pyexec_walk_doubt(pyexec_walk_t *walk, uint32_t offset);


#endif /* PYEXEC_WALK_H */
