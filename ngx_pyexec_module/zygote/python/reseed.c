#include "reseed.h"

#include <stdint.h>
#include <string.h>
#include <sys/random.h>


#define PYEXEC_RESEED_WORDS  624


/* The first member of numpy/random/bitgen.h's structure. */
typedef struct {
    void *state;
} pyexec_reseed_bitgen_t;

typedef struct {
    uint32_t key[PYEXEC_RESEED_WORDS];
    int      pos;
} pyexec_reseed_state_t;


static pyexec_reseed_state_t *pyexec_reseed_state;


int
pyexec_reseed_prepare(PyObject *capsule, const char *key, Py_ssize_t len,
    int pos)
{
    pyexec_reseed_state_t  *state;
    pyexec_reseed_bitgen_t *bitgen;

    bitgen = PyCapsule_GetPointer(capsule, "BitGenerator");

    if (bitgen == NULL) {
        PyErr_Clear();
        return 0;
    }

    state = bitgen->state;

    if (len != sizeof(state->key)
        || memcmp(state->key, key, sizeof(state->key)) != 0
        || state->pos != pos)
    {
        return 0;
    }

    pyexec_reseed_state = state;

    return 1;
}


void
pyexec_reseed(void)
{
    char   *p;
    size_t  len;
    ssize_t n;

    if (pyexec_reseed_state == NULL) {
        return;
    }

    p = (char *) pyexec_reseed_state->key;

    /* One call gives no more than 256 bytes for certain. */

    for (len = 0; len < sizeof(pyexec_reseed_state->key); len += n) {
        n = getrandom(p + len, sizeof(pyexec_reseed_state->key) - len, 0);

        if (n == -1) {
            n = 0;
        }
    }

    /* Not all zero, and nothing of it used. */
    pyexec_reseed_state->key[0] |= 0x80000000;
    pyexec_reseed_state->pos = PYEXEC_RESEED_WORDS;
}
