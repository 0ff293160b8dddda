#include "literal.h"

#include <string.h>


#define PYEXEC_LITERAL_UNKNOWN  0xFFFD


typedef struct {
    const char        *p;
    const char        *end;
    pyexec_literal_t  *literal;
    bool               raw;
    bool               formatted;
} reader_t;


static void
put_bytes(reader_t *reader, const char *bytes, size_t len)
{
    pyexec_literal_t  *literal;

    literal = reader->literal;

    if (len > sizeof(literal->text) - 1 - literal->len) {
        reader->literal->exact = false;
        return;
    }

    memcpy(literal->text + literal->len, bytes, len);
    literal->len += len;
}


static void
put(reader_t *reader, uint32_t code)
{
    size_t  n;
    char    bytes[4];

    /* A NUL ends the text in the policy's eyes, and a surrogate is no text. */

    if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
        reader->literal->exact = false;
        code = PYEXEC_LITERAL_UNKNOWN;
    }

    if (code < 0x80) {
        bytes[0] = (char) code;
        n = 1;

    } else if (code < 0x800) {
        bytes[0] = (char) (0xC0 | (code >> 6));
        bytes[1] = (char) (0x80 | (code & 0x3F));
        n = 2;

    } else if (code < 0x10000) {
        bytes[0] = (char) (0xE0 | (code >> 12));
        bytes[1] = (char) (0x80 | ((code >> 6) & 0x3F));
        bytes[2] = (char) (0x80 | (code & 0x3F));
        n = 3;

    } else {
        bytes[0] = (char) (0xF0 | (code >> 18));
        bytes[1] = (char) (0x80 | ((code >> 12) & 0x3F));
        bytes[2] = (char) (0x80 | ((code >> 6) & 0x3F));
        bytes[3] = (char) (0x80 | (code & 0x3F));
        n = 4;
    }

    put_bytes(reader, bytes, n);
}


static int
digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
        return (c | 0x20) - 'a' + 10;
    }

    return 16;
}


/* At most "count" digits of that base. */

static uint32_t
number(reader_t *reader, unsigned count, int base)
{
    uint32_t  code;

    code = 0;

    while (count && reader->p < reader->end && digit(*reader->p) < base) {
        code = code * (uint32_t) base + (uint32_t) digit(*reader->p);
        reader->p++;
        count--;
    }

    return code;
}


static bool
same_name(const char *name, const char *prefix, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if ((name[i] & ~0x20) != (prefix[i] & ~0x20)) {
            return false;
        }
    }

    return true;
}


/* \N{...}: of all the names, those of the ASCII letters are known. */

static void
named(reader_t *reader)
{
    size_t       n;
    const char  *name, *close;

    static const char  capital[] = "LATIN CAPITAL LETTER ";
    static const char  small[] = "LATIN SMALL LETTER ";

    name = reader->p + 1;
    close = memchr(reader->p, '}', (size_t) (reader->end - reader->p));

    if (reader->p == reader->end || *reader->p != '{' || close == NULL) {
        put(reader, 0);
        return;
    }

    reader->p = close + 1;
    n = (size_t) (close - name);

    if (n == sizeof(small) && same_name(name, small, n - 1)) {
        put(reader, (unsigned char) name[n - 1] | 0x20u);

    } else if (n == sizeof(capital) && same_name(name, capital, n - 1)) {
        put(reader, (unsigned char) name[n - 1] & ~0x20u);

    } else {
        put(reader, 0);
    }
}


static void
escape(reader_t *reader)
{
    char  c;

    static const char  from[] = "abfnrtv\\'\"";
    static const char  to[] = "\a\b\f\n\r\t\v\\'\"";

    c = *reader->p++;

    switch (c) {

    case '\n':
        return;

    case 'x':
        put(reader, number(reader, 2, 16));
        return;

    case 'u':
        put(reader, number(reader, 4, 16));
        return;

    case 'U':
        put(reader, number(reader, 8, 16));
        return;

    case 'N':
        named(reader);
        return;
    }

    if (digit(c) < 8) {
        reader->p--;
        put(reader, number(reader, 3, 8));

    } else if (c && strchr(from, c)) {
        put(reader, (unsigned char) to[strchr(from, c) - from]);

    } else {
        put_bytes(reader, "\\", 1);
        put_bytes(reader, &c, 1);
    }
}


/* The text up to the quotes that end it; false where a run decides it. */

static bool
content(reader_t *reader, const char *quotes, size_t nquotes)
{
    char  c;

    while ((size_t) (reader->end - reader->p) >= nquotes) {

        if (memcmp(reader->p, quotes, nquotes) == 0) {
            reader->p += nquotes;
            return true;
        }

        c = *reader->p++;

        if (c == '\\' && reader->p < reader->end) {

            if (!reader->raw) {
                escape(reader);
                continue;
            }

            put_bytes(reader, &c, 1);

            if (*reader->p == quotes[0] || *reader->p == '\\') {
                put_bytes(reader, reader->p++, 1);
            }

            continue;
        }

        if (reader->formatted && (c == '{' || c == '}')) {

            if (reader->p == reader->end || *reader->p != c) {
                return false;
            }

            reader->p++;
        }

        put_bytes(reader, &c, 1);
    }

    return false;
}


/* Blanks, comments and continued lines between two literals. */

static void
skip(reader_t *reader)
{
    while (reader->p < reader->end) {
        switch (*reader->p) {

        case ' ':
        case '\t':
        case '\f':
        case '\n':
        case '\\':
            reader->p++;
            break;

        case '#':
            while (reader->p < reader->end && *reader->p != '\n') {
                reader->p++;
            }

            break;

        default:
            return;
        }
    }
}


static bool
one_string(reader_t *reader)
{
    char    quotes[3];
    size_t  nquotes;

    reader->raw = false;
    reader->formatted = false;

    for ( /* void */ ; reader->p < reader->end; reader->p++) {
        switch (*reader->p) {

        case 'f':
        case 'F':
            reader->formatted = true;
            continue;

        case 'r':
        case 'R':
            reader->raw = true;
            continue;

        case 'u':
        case 'U':
            continue;

        case '"':
        case '\'':
            break;

        default:
            return false;
        }

        break;
    }

    if (reader->p == reader->end) {
        return false;
    }

    memset(quotes, *reader->p, sizeof(quotes));

    nquotes = reader->end - reader->p >= 6
              && memcmp(reader->p, quotes, sizeof(quotes)) == 0 ? 3 : 1;

    reader->p += nquotes;

    return content(reader, quotes, nquotes);
}


bool
pyexec_literal_string(const char *source, size_t len,
    pyexec_literal_t *literal)
{
    reader_t  reader;

    reader.p = source;
    reader.end = source + len;
    reader.literal = literal;

    literal->len = 0;
    literal->exact = true;

    skip(&reader);

    while (reader.p < reader.end) {

        if (!one_string(&reader)) {
            return false;
        }

        skip(&reader);
    }

    literal->text[literal->len] = '\0';

    return true;
}
