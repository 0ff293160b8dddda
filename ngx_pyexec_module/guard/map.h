/*
 * A map from addresses to addresses.  It only grows; it is for the holder of
 * the interpreter's lock.
 */

#ifndef PYEXEC_GUARD_MAP_H
#define PYEXEC_GUARD_MAP_H

#include <stddef.h>


typedef struct {
    const void *key;
    const void *value;
} pyexec_guard_map_slot_t;

/* All zero is an empty one. */
typedef struct {
    pyexec_guard_map_slot_t *slots;     /* a power of two of them, or NULL */
    size_t                   nslots;
    size_t                   used;
} pyexec_guard_map_t;


/* The value of a key, or NULL. */
const void *pyexec_guard_map_get(const pyexec_guard_map_t *map,
    const void *key);

/* Neither may be NULL.  Returns 0, or -1 where there is no memory. */
int pyexec_guard_map_set(pyexec_guard_map_t *map, const void *key,
    const void *value);


#endif /* PYEXEC_GUARD_MAP_H */
