/*
 * What binds names in the scopes of a program.  "offset" is where a binding
 * takes effect, "expr" what is bound, or 0 for something of the program's own.
 */

#ifndef PYEXEC_BIND_H
#define PYEXEC_BIND_H

#include "walk.h"


/* In the scope of the walk.  Returns the binding; 0 when memory is short. */

uint32_t pyexec_bind(pyexec_walk_t *walk, uint32_t name, uint32_t expr,
    uint32_t offset);

void pyexec_bind_walrus(pyexec_walk_t *walk, uint32_t name, uint32_t expr,
    uint32_t offset);
void pyexec_bind_deleted(pyexec_walk_t *walk, uint32_t name, uint32_t offset);

/* A parameter of the nearest function, whose default is "expr". */

void pyexec_bind_parameter(pyexec_walk_t *walk, uint32_t name, uint32_t expr);

/* Declares a name of the scope global or nonlocal. */

void pyexec_bind_declare(pyexec_walk_t *walk, pyexec_binding_type_t type,
    uint32_t name, uint32_t offset);

/* Binds the names of a target to the matching parts of a value. */

void pyexec_bind_target(pyexec_walk_t *walk, uint32_t target, uint32_t value,
    uint32_t offset);


#endif /* PYEXEC_BIND_H */
