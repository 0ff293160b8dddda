#include "arena.h"

#include <stdlib.h>
#include <string.h>


#define PYEXEC_ARENA_CHUNK  16384
#define PYEXEC_ARENA_ALIGN  16


struct pyexec_arena_chunk_s {
    pyexec_arena_chunk_t  *next;
    size_t                 size;
    size_t                 used;
    _Alignas(PYEXEC_ARENA_ALIGN) char  data[];
};


void *
pyexec_arena_alloc(pyexec_arena_t *arena, size_t size)
{
    void                  *p;
    size_t                 room;
    pyexec_arena_chunk_t  *chunk;

    size = (size + PYEXEC_ARENA_ALIGN - 1)
           & ~(size_t) (PYEXEC_ARENA_ALIGN - 1);

    chunk = arena->chunk;

    if (chunk == NULL || chunk->size - chunk->used < size) {
        room = PYEXEC_ARENA_CHUNK;

        if (chunk) {
            room = chunk->size * 2;
        }

        if (room < size) {
            room = size;
        }

        chunk = malloc(sizeof(pyexec_arena_chunk_t) + room);
        if (chunk == NULL) {
            arena->failed = true;
            return NULL;
        }

        chunk->next = arena->chunk;
        chunk->size = room;
        chunk->used = 0;
        arena->chunk = chunk;
    }

    p = chunk->data + chunk->used;
    chunk->used += size;

    return p;
}


void *
pyexec_arena_grow(pyexec_arena_t *arena, void *array, uint32_t *capacity,
    size_t element)
{
    void      *larger;
    uint32_t   count;

    count = *capacity ? *capacity * 2 : 64;

    larger = pyexec_arena_alloc(arena, count * element);
    if (larger == NULL) {
        return NULL;
    }

    if (*capacity) {
        memcpy(larger, array, *capacity * element);
    }

    *capacity = count;

    return larger;
}


void
pyexec_arena_free(pyexec_arena_t *arena)
{
    pyexec_arena_chunk_t  *chunk, *next;

    for (chunk = arena->chunk; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }

    arena->chunk = NULL;
}
