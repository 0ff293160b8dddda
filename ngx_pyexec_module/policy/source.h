/*
 * The bytes that are checked are the bytes that run.  Source code is brought
 * into one form first, so that the policy's parser and CPython cannot read
 * it differently.
 */

#ifndef PYEXEC_SOURCE_H
#define PYEXEC_SOURCE_H

#include <stddef.h>


/*
 * Normalises "len" bytes of valid UTF-8 without U+0000 in place: a leading
 * byte-order mark goes, CR LF and lone CR become LF.  Returns the new length,
 * never above "len".
 */

size_t pyexec_source_normalise(char *code, size_t len);


#endif /* PYEXEC_SOURCE_H */
