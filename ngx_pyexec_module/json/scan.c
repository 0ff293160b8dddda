/*
 * cJSON is more lenient than JSON: it takes any byte up to 0x20 as white
 * space, raw control characters and ill-formed UTF-8 in strings, "\uZZZZ",
 * "01" and "1."; it ends a string at U+0000.  This scan knows strings and
 * numbers only: it refuses what cJSON would wrongly accept in them, and
 * leaves the structure to cJSON.
 *
 * An escaped U+0000 is replaced by bytes that are in no UTF-8, so that they
 * tell which string of the document held it.
 *
 * The final NUL ends every look ahead.
 */

#include <string.h>

#include "scan.h"
#include "text.h"


#define ESCAPE_LEN  (sizeof("\\u0000") - 1)


static unsigned char *scan_string(unsigned char *p, unsigned char *end);
static bool is_hex4(const unsigned char *p);
static unsigned char *scan_number(unsigned char *p);
static unsigned char *skip_digits(unsigned char *p);
static bool is_digit(unsigned char c);


bool
pyexec_scan(char *json, size_t len)
{
    unsigned char  *p, *end;

    p = (unsigned char *) json;
    end = p + len;

    while (p != NULL && p < end) {

        if (*p == '"') {
            p = scan_string(p + 1, end);

        } else if (*p == '-' || is_digit(*p)) {
            p = scan_number(p);

        } else if (*p >= 0x20 || *p == '\t' || *p == '\n' || *p == '\r') {
            p++;

        } else {
            return false;
        }
    }

    return p != NULL;
}


/* both return where the token ends, or NULL where it is malformed */

static unsigned char *
scan_string(unsigned char *p, unsigned char *end)
{
    for ( ;; ) {
        p += pyexec_text_run(p, end) - p;

        if (*p == '"') {
            return p + 1;
        }

        if (*p != '\\' || p + 1 == end) {
            return NULL;
        }

        if (p[1] != 'u') {
            p += 2;
            continue;
        }

        if (!is_hex4(p + 2)) {
            return NULL;
        }

        if (memcmp(p + 2, "0000", 4) == 0) {
            memset(p, PYEXEC_SCAN_NUL, ESCAPE_LEN);
        }

        p += ESCAPE_LEN;
    }
}


static unsigned char *
scan_number(unsigned char *p)
{
    if (*p == '-') {
        p++;
    }

    if (!is_digit(*p) || (*p == '0' && is_digit(p[1]))) {
        return NULL;
    }

    p = skip_digits(p);

    if (*p == '.') {
        p++;

        if (!is_digit(*p)) {
            return NULL;
        }

        p = skip_digits(p);
    }

    if (*p == 'e' || *p == 'E') {
        p++;

        if (*p == '+' || *p == '-') {
            p++;
        }

        if (!is_digit(*p)) {
            return NULL;
        }

        p = skip_digits(p);
    }

    return p;
}


static bool
is_hex4(const unsigned char *p)
{
    unsigned  i;

    for (i = 0; i < 4; i++) {
        if (!is_digit(p[i]) && !((p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'f'))
        {
            return false;
        }
    }

    return true;
}


static unsigned char *
skip_digits(unsigned char *p)
{
    while (is_digit(*p)) {
        p++;
    }

    return p;
}


static bool
is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}
