/*
 * Calls of madvise() that an older C library does not name, of Linux 5.14.
 */

#ifndef PYEXEC_POPULATE_H
#define PYEXEC_POPULATE_H

#include <sys/mman.h>


#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ   22
#define MADV_POPULATE_WRITE  23
#endif


#endif /* PYEXEC_POPULATE_H */
