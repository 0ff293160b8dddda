/*
 * The memory of one check: allocated piece by piece, released at once.
 */

#ifndef PYEXEC_ARENA_H
#define PYEXEC_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>


typedef struct pyexec_arena_chunk_s  pyexec_arena_chunk_t;


typedef struct {
    pyexec_arena_chunk_t  *chunk;
    bool                   failed;  /* an allocation found no memory */
} pyexec_arena_t;


/* A zeroed arena is an empty one. */

void *pyexec_arena_alloc(pyexec_arena_t *arena, size_t size);

/*
 * Makes room for one more element in an array of "*capacity" elements that
 * are all in use; the array may move.  NULL when memory is short: the old
 * array stays as it was.
 */

void *pyexec_arena_grow(pyexec_arena_t *arena, void *array,
    uint32_t *capacity, size_t element);

void pyexec_arena_free(pyexec_arena_t *arena);


#endif /* PYEXEC_ARENA_H */
