/*
 * The state of the pass over the syntax tree: a frame for each node that is
 * open.  collect.c moves through the tree; context.c knows what identifiers are
 * for, scope.c scopes and regions, reduce.c expressions, bind.c what binds
 * names, import.c imports and indent.c where lines begin.
 */

#ifndef PYEXEC_WALK_H
#define PYEXEC_WALK_H

#include "collect.h"


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
    pyexec_program_t         *program;
    const uint8_t            *kinds;
    uint32_t                  nkinds;

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

    pyexec_import_pt   import;
    void              *data;

    bool                      doubtful;
    uint32_t                  error;
} pyexec_walk_t;


static inline pyexec_frame_t *
pyexec_walk_frame(pyexec_walk_t *walk, uint32_t up)
{
    return &walk->frames[walk->depth - up];
}


static inline void
pyexec_walk_escape(pyexec_walk_t *walk, uint32_t expr)
{
    walk->program->exprs[expr].escapes = true;
}


/* False when memory is short. */

bool pyexec_walk_push(pyexec_walk_t *walk, uint32_t expr);


/* context.c */

/* What the names in the next child of a frame are for. */

pyexec_context_t pyexec_context(pyexec_frame_t *frame, pyexec_kind_t kind);

/* Puts an identifier to its use, and returns an expression if that is one. */

uint32_t pyexec_context_identifier(pyexec_walk_t *walk, pyexec_frame_t *parent,
    TSNode node);


/* scope.c */

/* What a new frame changes. */

void pyexec_scope_open(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_frame_t *parent);

/* What a frame changes before its next child. */

void pyexec_scope_before(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, TSNode node);


/* reduce.c */

/* The expression that a node whose children are complete stands for, or 0. */

uint32_t pyexec_reduce(pyexec_walk_t *walk, pyexec_frame_t *frame);

/* Gives a complete child to the frame around it. */

void pyexec_deliver(pyexec_walk_t *walk, pyexec_frame_t *frame,
    pyexec_kind_t kind, uint32_t expr);


/* bind.c */

uint32_t pyexec_bind(pyexec_walk_t *walk, uint32_t name, uint32_t expr,
    uint32_t offset);
void pyexec_bind_walrus(pyexec_walk_t *walk, uint32_t name, uint32_t expr,
    uint32_t offset);
void pyexec_bind_parameter(pyexec_walk_t *walk, uint32_t name, uint32_t expr);
void pyexec_bind_deleted(pyexec_walk_t *walk, uint32_t name, uint32_t offset);
void pyexec_bind_declare(pyexec_walk_t *walk, pyexec_binding_type_t type,
    uint32_t name, uint32_t offset);

/* Binds the names of a target to the matching parts of a value. */

void pyexec_bind_target(pyexec_walk_t *walk, uint32_t target, uint32_t value,
    uint32_t offset);


/* import.c: the nodes of an import, when their children are complete. */

void pyexec_bind_import(pyexec_walk_t *walk, pyexec_frame_t *frame);


/* indent.c */

/* CPython cannot have read the program as the parser did. */

void pyexec_indent_doubt(pyexec_walk_t *walk, uint32_t offset);

/* A statement, or a clause of one, begins there. */

void pyexec_indent_check(pyexec_walk_t *walk, uint32_t offset, bool statement);


#endif /* PYEXEC_WALK_H */
