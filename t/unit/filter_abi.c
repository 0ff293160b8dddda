/*
 * Linked with the filter into build/unit/filter.so, for
 * t/isolation/seccomp.t: a call that Python cannot make.
 */

#include <sys/types.h>


long filter_abi_getpid32(void);


/* getpid() as 32-bit programs make it; -1 where there is no such way. */

long
filter_abi_getpid32(void)
{
    long rc = -1;

#if defined(__x86_64__)
    __asm__ volatile ("int $0x80" : "=a" (rc) : "a" (20L) : "memory");
#endif

    return rc;
}
