/*
 * cJSON is more lenient than JSON: it takes any byte up to 0x20 as white
 * space, raw control characters and ill-formed UTF-8 in strings, "\uZZZZ",
 * "01" and "1."; it ends a string at U+0000.  This scan knows strings and
 * numbers only.  It refuses what cJSON would wrongly accept in them, leaves
 * the structure to cJSON, and rewrites what cJSON would not get right:
 *
 *  - an escaped U+0000 becomes bytes that are in no UTF-8, so that they tell
 *    which string of the document held it;
 *  - a number that is too long for cJSON's buffer becomes a shorter one.
 *
 * The final NUL ends every look ahead.
 */

#include <stdio.h>
#include <string.h>

#include "scan.h"
#include "text.h"


#define ESCAPE_LEN       (sizeof("\\u0000") - 1)

#define CJSON_NUMBER_LEN  63            /* parse_number() of cJSON */
#define NUMBER_DIGITS     40            /* a double has 17 that matter */
#define NUMBER_EXPONENT   1000000000    /* more than any body makes up for */


static unsigned char *scan_string(unsigned char *p, unsigned char *end);
static bool is_hex4(const unsigned char *p);
static unsigned char *scan_number(unsigned char *p);
static void shorten_number(unsigned char *start, unsigned char *end);
static long long read_exponent(const unsigned char *p,
    const unsigned char *end);
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
    unsigned char  *start;

    start = p;

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

    if (p - start > CJSON_NUMBER_LEN) {
        shorten_number(start, p);
    }

    return p;
}


/* writes the same number as digits and an exponent, and spaces after it */

static void
shorten_number(unsigned char *start, unsigned char *end)
{
    int             len, ndigits;
    char            digits[NUMBER_DIGITS], number[CJSON_NUMBER_LEN + 1];
    bool            negative, fraction;
    long long       exponent;
    unsigned char  *p;

    negative = (*start == '-');
    fraction = false;
    ndigits = 0;
    exponent = 0;

    for (p = start + negative; p < end && *p != 'e' && *p != 'E'; p++) {

        if (*p == '.') {
            fraction = true;
            continue;
        }

        if (ndigits == NUMBER_DIGITS) {
            exponent += !fraction;
            continue;
        }

        exponent -= fraction;

        if (ndigits != 0 || *p != '0') {
            digits[ndigits++] = (char) *p;
        }
    }

    if (ndigits == 0) {
        digits[ndigits++] = '0';
    }

    if (p < end) {
        exponent += read_exponent(p + 1, end);
    }

    len = snprintf(number, sizeof(number), "%s%.*se%lld",
                   negative ? "-" : "", ndigits, digits, exponent);

    memcpy(start, number, (size_t) len);
    memset(start + len, ' ', (size_t) (end - start - len));
}


static long long
read_exponent(const unsigned char *p, const unsigned char *end)
{
    bool       negative;
    long long  value;

    negative = (*p == '-');

    if (!is_digit(*p)) {
        p++;
    }

    for (value = 0; p < end && value < NUMBER_EXPONENT; p++) {
        value = value * 10 + (*p - '0');
    }

    return negative ? -value : value;
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
