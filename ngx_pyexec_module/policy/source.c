#include "source.h"

#include <string.h>


size_t
pyexec_source_normalise(char *code, size_t len)
{
    char        *out;
    const char  *p, *end;

    p = code;
    end = code + len;

    if (len >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
        p += 3;
    }

    if (p == code) {
        p = memchr(code, '\r', len);

        if (p == NULL) {
            return len;
        }

        out = (char *) p;

    } else {
        out = code;
    }

    while (p < end) {

        if (*p != '\r') {
            *out++ = *p++;
            continue;
        }

        *out++ = '\n';
        p++;

        if (p < end && *p == '\n') {
            p++;
        }
    }

    return (size_t) (out - code);
}
