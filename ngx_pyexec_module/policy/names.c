#include "names.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "values.h"


/*
 * A longer name that is not ASCII is taken as it is written: what it costs
 * to normalise a run of combining marks grows with its square.
 */
#define PYEXEC_NAMES_FOLD_MAX   1024

#define PYEXEC_NAMES_HASH_SEED  2166136261u
#define PYEXEC_NAMES_HASH_PRIME 16777619u


static uint32_t
hash_text(const char *text, size_t len)
{
    size_t    i;
    uint32_t  hash;

    hash = PYEXEC_NAMES_HASH_SEED;

    for (i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char) text[i]) * PYEXEC_NAMES_HASH_PRIME;
    }

    return hash;
}


/* The place of a name in the hash table, or of the gap where it belongs. */

static uint32_t
find_slot(const pyexec_names_t *names, const char *text, size_t len,
    uint32_t hash)
{
    uint32_t              slot;
    const pyexec_name_t  *name;

    for (slot = hash & (names->nhashes - 1); names->hashes[slot];
         slot = (slot + 1) & (names->nhashes - 1))
    {
        name = &names->list[names->hashes[slot]];

        if (name->hash == hash && name->len == len
            && memcmp(name->text, text, len) == 0)
        {
            break;
        }
    }

    return slot;
}


static bool
grow_hashes(pyexec_names_t *names)
{
    uint32_t        i, size, slot;
    uint32_t       *hashes;
    pyexec_name_t  *name;

    size = names->nhashes ? names->nhashes * 2 : 256;

    hashes = pyexec_arena_alloc(names->arena, size * sizeof(uint32_t));
    if (hashes == NULL) {
        return false;
    }

    memset(hashes, 0, size * sizeof(uint32_t));

    names->hashes = hashes;
    names->nhashes = size;

    for (i = 1; i < names->count; i++) {
        name = &names->list[i];
        slot = find_slot(names, name->text, name->len, name->hash);
        hashes[slot] = i;
    }

    return true;
}


static uint32_t
add(pyexec_names_t *names, const char *text, size_t len, uint32_t hash)
{
    void           *larger;
    uint32_t        slot;
    pyexec_name_t  *name;

    if (names->count * 2 >= names->nhashes && !grow_hashes(names)) {
        return 0;
    }

    slot = find_slot(names, text, len, hash);

    if (names->hashes[slot]) {
        return names->hashes[slot];
    }

    if (names->count == names->size) {
        larger = pyexec_arena_grow(names->arena, names->list,
                                   &names->size,
                                   sizeof(pyexec_name_t));
        if (larger == NULL) {
            return 0;
        }

        names->list = larger;
    }

    name = &names->list[names->count];
    memset(name, 0, sizeof(pyexec_name_t));

    name->text = text;
    name->len = (uint32_t) len;
    name->hash = hash;
    name->builtin = pyexec_values_is_builtin(text, len);

    names->hashes[slot] = names->count;

    return names->count++;
}


void
pyexec_names_init(pyexec_names_t *names, pyexec_arena_t *arena,
    const char *code)
{
    memset(names, 0, sizeof(pyexec_names_t));

    names->arena = arena;
    names->code = code;

    add(names, "", 0, 0);
    add(names, "*", 1, hash_text("*", 1));
}


void
pyexec_names_fold(pyexec_names_t *names, const char **text, size_t *len)
{
    char               *copy;
    utf8proc_ssize_t    size;
    utf8proc_uint8_t   *folded;

    if (*len > PYEXEC_NAMES_FOLD_MAX) {
        return;
    }

    size = utf8proc_map((const utf8proc_uint8_t *) *text,
                        (utf8proc_ssize_t) *len, &folded,
                        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);

    if (size == UTF8PROC_ERROR_NOMEM) {
        names->arena->failed = true;
        return;
    }

    if (size < 0) {
        return;
    }

    copy = pyexec_arena_alloc(names->arena, (size_t) size);

    if (copy) {
        memcpy(copy, folded, (size_t) size);
        *text = copy;
        *len = (size_t) size;
    }

    free(folded);
}


static uint32_t
add_folded(pyexec_names_t *names, const char *text, size_t len)
{
    pyexec_names_fold(names, &text, &len);

    return names->arena->failed ? 0
                                 : add(names, text, len,
                                       hash_text(text, len));
}


/* __name in a class C is _C__name. */

static uint32_t
add_private(pyexec_names_t *names, uint32_t index, uint32_t class_name)
{
    char                 *text;
    size_t                skip, len;
    const pyexec_name_t  *name, *owner;

    name = &names->list[index];
    owner = &names->list[class_name];

    if (name->len < 3 || memcmp(name->text + name->len - 2, "__", 2) == 0) {
        return index;
    }

    for (skip = 0; skip < owner->len && owner->text[skip] == '_'; skip++) {
        /* void */
    }

    if (skip == owner->len) {
        return index;
    }

    len = 1 + owner->len - skip + name->len;

    text = pyexec_arena_alloc(names->arena, len);
    if (text == NULL) {
        return 0;
    }

    text[0] = '_';
    memcpy(text + 1, owner->text + skip, owner->len - skip);
    memcpy(text + len - name->len, name->text, name->len);

    return add(names, text, len, hash_text(text, len));
}


uint32_t
pyexec_names_add(pyexec_names_t *names, uint32_t start, uint32_t end,
    uint32_t class_name)
{
    char         c, all;
    uint32_t     hash, index;
    const char  *p, *last, *text;

    text = names->code + start;
    last = names->code + end;

    all = 0;
    hash = PYEXEC_NAMES_HASH_SEED;

    for (p = text; p < last; p++) {
        c = *p;
        all |= c;
        hash = (hash ^ (unsigned char) c) * PYEXEC_NAMES_HASH_PRIME;
    }

    index = (all & 0x80) ? add_folded(names, text, end - start)
                         : add(names, text, end - start, hash);

    if (class_name && index && names->list[index].len > 1
        && memcmp(names->list[index].text, "__", 2) == 0)
    {
        return add_private(names, index, class_name);
    }

    return index;
}


uint32_t
pyexec_names_find(const pyexec_names_t *names, const char *text,
    size_t len)
{
    return names->hashes[find_slot(names, text, len,
                                   hash_text(text, len))];
}
