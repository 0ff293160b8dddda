#include <stdint.h>
#include <string.h>

#include <utf8proc.h>

#include "text.h"


#define EACH_BYTE(b)     (UINT64_C(0x0101010101010101) * (b))
#define ANY_BELOW(w, n)  (((w) - EACH_BYTE(n)) & ~(w) & EACH_BYTE(0x80))
#define ANY_EQUAL(w, b)  ANY_BELOW((w) ^ EACH_BYTE(b), 1)


static const unsigned char *plain_ascii(const unsigned char *p,
    const unsigned char *end);
static int is_plain_ascii(unsigned char c);


const unsigned char *
pyexec_text_run(const unsigned char *p, const unsigned char *end)
{
    utf8proc_int32_t    codepoint;
    utf8proc_ssize_t    n;

    for ( ;; ) {
        p = plain_ascii(p, end);

        if (p == end || *p < 0x80) {
            return p;
        }

        n = utf8proc_iterate(p, end - p, &codepoint);

        if (n <= 0) {
            return p;
        }

        p += n;
    }
}


size_t
pyexec_text_ill_formed(const unsigned char *p, const unsigned char *end)
{
    size_t              n, need;
    unsigned char       probe[4];
    utf8proc_int32_t    codepoint;

    if (*p < 0xe0 || *p > 0xf4) {
        return 1;
    }

    need = (*p < 0xf0) ? 3 : 4;

    /*
     * A prefix belongs to one subpart as long as some ending makes it a
     * character; from the second byte on, 0x80 is such an ending.
     */

    memset(probe, 0x80, sizeof(probe));
    probe[0] = *p;

    for (n = 1; n < need && n < (size_t) (end - p); n++) {
        probe[n] = p[n];

        if (utf8proc_iterate(probe, (utf8proc_ssize_t) need, &codepoint) < 0) {
            break;
        }
    }

    return n;
}


static const unsigned char *
plain_ascii(const unsigned char *p, const unsigned char *end)
{
    uint64_t  w;

    while (end - p >= (ptrdiff_t) sizeof(w)) {
        memcpy(&w, p, sizeof(w));

        if ((w & EACH_BYTE(0x80)) | ANY_BELOW(w, 0x20)
            | ANY_EQUAL(w, '"') | ANY_EQUAL(w, '\\'))
        {
            break;
        }

        p += sizeof(w);
    }

    while (p < end && is_plain_ascii(*p)) {
        p++;
    }

    return p;
}


static int
is_plain_ascii(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}
