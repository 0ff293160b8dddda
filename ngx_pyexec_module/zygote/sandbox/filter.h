/*
 * The system calls that a run may make: two seccomp programs, built once.
 *
 * What CPython and its usual libraries call is allowed.  All else fails with
 * EPERM, or with ENOSYS where a program then does it another way; calls that
 * no program makes unless it attacks the kernel, and calls of another ABI,
 * kill the process with SIGSYS.
 *
 * The base, which is long, can be installed in the zygote: runs inherit it at
 * no cost.  It leaves what a zygote needs to isolate a run: clone3() and
 * namespaces, mounts, identities, Landlock, signals.  These are taken away by
 * the other program, which is short.
 */

#ifndef PYEXEC_FILTER_H
#define PYEXEC_FILTER_H


typedef struct {
    int processes;  /* it may fork and execute programs; else only threads */
    int network;    /* TCP, UDP and the queries of getaddrinfo() */
    int scratch;    /* it has files of its own, to change and to lock */
    int signals;    /* every process that it can see is its own, so it may
                       signal and change any; else none but itself, and
                       "processes" should be 0 */
} pyexec_filter_options_t;


/*
 * In the zygote, once, before it has a filter: makes the programs.  Returns
 * -1 with errno, "step" then says what failed.
 */
int pyexec_filter_build(const pyexec_filter_options_t *options,
    const char **step);

/*
 * In the zygote, when it has one thread and is ready to fork: installs the
 * base.  Without it, each run installs the base itself, which takes longer.
 * Needs no_new_privs.  Returns -1 with errno.
 */
int pyexec_filter_install_base(void);

/*
 * In a run: from here on both programs hold for this thread and all that it
 * starts, and cannot be taken off.  Comes after everything that the zygote's
 * part of the program does for isolation.  Needs no_new_privs.  Returns -1
 * with errno.
 */
int pyexec_filter_install(void);


#endif /* PYEXEC_FILTER_H */
