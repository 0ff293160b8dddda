/*
 * System calls without errno, for a process that shares its memory with
 * another: both would write the same errno.
 */

#ifndef PYEXEC_RAWCALL_H
#define PYEXEC_RAWCALL_H


/* What the kernel returns: a result, or the negative of an error. */

static inline long
pyexec_rawcall(long number, long a, long b, long c, long d)
{
#if defined(__x86_64__)

    long          result;
    register long r10 __asm__("r10") = d;

    __asm__ volatile ("syscall"
                      : "=a" (result)
                      : "0" (number), "D" (a), "S" (b), "d" (c), "r" (r10)
                      : "rcx", "r11", "memory");

    return result;

#elif defined(__aarch64__)

    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;

    __asm__ volatile ("svc 0"
                      : "+r" (x0)
                      : "r" (x8), "r" (x1), "r" (x2), "r" (x3)
                      : "memory");

    return x0;

#else
#error "the system call of this processor is not known here"
#endif
}


#endif /* PYEXEC_RAWCALL_H */
