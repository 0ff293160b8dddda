#include <stdint.h>
#include <stdlib.h>

#include "map.h"


#define GUARD_MAP_FIRST  64


static pyexec_guard_map_slot_t *guard_map_slot(pyexec_guard_map_slot_t *slots,
    size_t nslots, const void *key);
static int guard_map_grow(pyexec_guard_map_t *map);


const void *
pyexec_guard_map_get(const pyexec_guard_map_t *map, const void *key)
{
    if (map->slots == NULL) {
        return NULL;
    }

    return guard_map_slot(map->slots, map->nslots, key)->value;
}


int
pyexec_guard_map_set(pyexec_guard_map_t *map, const void *key,
    const void *value)
{
    pyexec_guard_map_slot_t *slot;

    if (2 * (map->used + 1) > map->nslots && guard_map_grow(map) == -1) {
        return -1;
    }

    slot = guard_map_slot(map->slots, map->nslots, key);

    if (slot->key == NULL) {
        slot->key = key;
        map->used++;
    }

    slot->value = value;

    return 0;
}


/* The slot of a key, or the free one where it would be. */

static pyexec_guard_map_slot_t *
guard_map_slot(pyexec_guard_map_slot_t *slots, size_t nslots,
    const void *key)
{
    size_t i;

    /* Objects lie at multiples of 16; the multiplier is 2^64 / 1.618. */
    i = ((uintptr_t) key >> 4) * (uintptr_t) 0x9e3779b97f4a7c15u >> 20;

    for (i &= nslots - 1; slots[i].key != NULL; i = (i + 1) & (nslots - 1)) {
        if (slots[i].key == key) {
            break;
        }
    }

    return &slots[i];
}


static int
guard_map_grow(pyexec_guard_map_t *map)
{
    size_t                   i, nslots;
    pyexec_guard_map_slot_t *slots;

    nslots = map->nslots ? 2 * map->nslots : GUARD_MAP_FIRST;

    slots = calloc(nslots, sizeof(pyexec_guard_map_slot_t));
    if (slots == NULL) {
        return -1;
    }

    for (i = 0; i < map->nslots; i++) {
        if (map->slots[i].key != NULL) {
            *guard_map_slot(slots, nslots, map->slots[i].key) =
                map->slots[i];
        }
    }

    free(map->slots);
    map->slots = slots;
    map->nslots = nslots;

    return 0;
}
