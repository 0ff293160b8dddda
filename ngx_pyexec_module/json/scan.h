/*
 * What a strict reader of JSON does before cJSON gets the bytes.
 */

#ifndef PYEXEC_SCAN_H
#define PYEXEC_SCAN_H

#include <stdbool.h>
#include <stddef.h>


/*
 * The byte that stands for an escaped U+0000 in the scanned text, and so in
 * the strings that are parsed from it.  No UTF-8 holds it.
 */
#define PYEXEC_SCAN_NUL  0xff


/*
 * Scans "len" bytes at "json", where json[len] is a NUL, and marks in place
 * each escaped U+0000.  False: this is not JSON.  True: it is if cJSON parses
 * it.
 */

bool pyexec_scan(char *json, size_t len);


#endif /* PYEXEC_SCAN_H */
