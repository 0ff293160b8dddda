/*
 * What a fuzzer finds: a condition that does not hold is told, and ends it as a
 * crash would.
 */

#ifndef PYEXEC_FUZZ_CHECK_H
#define PYEXEC_FUZZ_CHECK_H

#include <stdio.h>
#include <stdlib.h>


#define CHECK(condition)                                                     \
    do {                                                                     \
        if (!(condition)) {                                                  \
            fprintf(stderr, "not true: %s\n", #condition);                   \
            abort();                                                         \
        }                                                                    \
    } while (0)


#endif /* PYEXEC_FUZZ_CHECK_H */
