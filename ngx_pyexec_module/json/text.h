/*
 * What JSON strings and UTF-8 ask of raw bytes, for both directions.
 */

#ifndef PYEXEC_TEXT_H
#define PYEXEC_TEXT_H

#include <stddef.h>


/*
 * Where the run ends, from "p" on, of what stands for itself in a JSON
 * string: valid UTF-8 without control characters, '"' and '\\'.
 */

const unsigned char *pyexec_text_run(const unsigned char *p,
    const unsigned char *end);

/*
 * "p" < "end" is where UTF-8 went wrong: the bytes that one U+FFFD stands
 * for, by the "maximal subpart" practice of the Unicode Standard (3.9), which
 * is also that of Python's bytes.decode('utf-8', 'replace').
 */

size_t pyexec_text_ill_formed(const unsigned char *p,
    const unsigned char *end);


#endif /* PYEXEC_TEXT_H */
