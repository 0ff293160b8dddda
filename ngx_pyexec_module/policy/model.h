/*
 * A program as the policy sees it: its names, its scopes, what is bound in
 * them, and the expressions that may come to a module or a function that has
 * a rule.  It is collected in one pass over the syntax tree, and resolved
 * after it.
 *
 * Entry 0 of every table stands for "none".
 */

#ifndef PYEXEC_MODEL_H
#define PYEXEC_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tree_sitter/api.h>

#include "arena.h"
#include "names.h"
#include "values.h"


#define PYEXEC_MODEL_NEVER     UINT32_MAX

/* The scope of what a nonlocal name is bound to: some function's around it. */
#define PYEXEC_MODEL_NONLOCAL  UINT32_MAX


typedef enum {
    PYEXEC_SCOPE_MODULE,
    PYEXEC_SCOPE_CLASS,
    PYEXEC_SCOPE_FUNCTION,
    PYEXEC_SCOPE_GENERATOR,     /* an expression that runs later */
    PYEXEC_SCOPE_COMPREHENSION  /* one that runs in its place */
} pyexec_scope_type_t;


typedef struct {
    pyexec_scope_type_t  type;
    uint32_t             parent;
    uint32_t             start;         /* offset of the definition */
    uint32_t             class_name;    /* of the nearest class around */
    bool                 declares;      /* has global or nonlocal */
} pyexec_scope_t;


typedef enum {
    PYEXEC_BINDING_VALUE,
    PYEXEC_BINDING_STAR,        /* from module import * */
    PYEXEC_BINDING_DELETED,
    PYEXEC_BINDING_GLOBAL,      /* declared global in this scope */
    PYEXEC_BINDING_NONLOCAL
} pyexec_binding_type_t;


typedef struct {
    uint8_t   type;
    bool      anytime;  /* takes effect in no order that can be told */
    uint32_t  name;
    uint32_t  scope;
    uint32_t  next;     /* of the same name */
    uint32_t  expr;     /* the value; 0 for something of the program's own */
    uint32_t  offset;   /* takes effect there ... */
    uint32_t  end;      /* ... and is certain to hold up to here */
    uint32_t  loop;     /* start of the outermost loop around, or NEVER */
} pyexec_binding_t;


typedef enum {
    PYEXEC_EXPR_NONE,
    PYEXEC_EXPR_NAME,           /* a: name, b: scope */
    PYEXEC_EXPR_MODULE,         /* a: pyexec_module_t */
    PYEXEC_EXPR_ATTRIBUTE,      /* a: object, b: name */
    PYEXEC_EXPR_CALL,           /* a: function, b: site */
    PYEXEC_EXPR_SUBSCRIPT,      /* a: object, b: site */
    PYEXEC_EXPR_UNION,          /* a or b */
    PYEXEC_EXPR_TUPLE,          /* a: first of b elements */
    PYEXEC_EXPR_TARGET,         /* a: name, to be bound */
    PYEXEC_EXPR_STAR,           /* a: target, or an unpacked value */
    PYEXEC_EXPR_PART,           /* of a: a call */
    PYEXEC_EXPR_SINK,           /* the path of one; see rules.h */
    PYEXEC_EXPR_STORE           /* an attribute or item, to be assigned */
} pyexec_expr_type_t;


typedef struct {
    uint8_t         type;
    bool            escapes;    /* its value goes where it is not followed */
    bool            perhaps;    /* or something that is not followed */
    uint32_t        a;
    uint32_t        b;
    uint32_t        offset;
    pyexec_value_t  value;
} pyexec_expr_t;


/* A call, or a subscript whose key may be a literal. */

typedef struct {
    TSNode    node;
    uint32_t  argument;         /* expression of the first positional one */
} pyexec_site_t;


/* A statement of the module's own body. */

typedef struct {
    uint32_t  start;
    bool      active;           /* may call functions of the program */
} pyexec_statement_t;


typedef struct {
    pyexec_arena_t       arena;
    pyexec_names_t       names;
    const char          *code;
    uint32_t             len;
    bool                 stars;         /* has a star import of interest */

    pyexec_scope_t      *scopes;
    uint32_t             nscopes;
    uint32_t             scopes_size;

    pyexec_binding_t    *bindings;
    uint32_t             nbindings;
    uint32_t             bindings_size;

    pyexec_expr_t       *exprs;
    uint32_t             nexprs;
    uint32_t             exprs_size;

    uint32_t            *elements;
    uint32_t             nelements;
    uint32_t             elements_size;

    pyexec_site_t       *sites;
    uint32_t             nsites;
    uint32_t             sites_size;

    pyexec_statement_t  *statements;
    uint32_t             nstatements;
    uint32_t             statements_size;
} pyexec_model_t;


/* False when memory is short. */

bool pyexec_model_init(pyexec_model_t *model, const char *code,
    uint32_t len);
void pyexec_model_free(pyexec_model_t *model);

/*
 * Each adds an entry and returns its index; 0 when memory is short, which
 * program->arena.failed then tells.
 */

uint32_t pyexec_model_scope(pyexec_model_t *model,
    pyexec_scope_type_t type, uint32_t parent, uint32_t start);
uint32_t pyexec_model_bind(pyexec_model_t *model,
    const pyexec_binding_t *binding);
uint32_t pyexec_model_expr(pyexec_model_t *model,
    pyexec_expr_type_t type, uint32_t a, uint32_t b, uint32_t offset);
uint32_t pyexec_model_element(pyexec_model_t *model, uint32_t expr);
uint32_t pyexec_model_site(pyexec_model_t *model, TSNode node);
uint32_t pyexec_model_statement(pyexec_model_t *model, uint32_t start);


#endif /* PYEXEC_MODEL_H */
