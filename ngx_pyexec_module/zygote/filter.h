/*
 * The system calls that a run may make: a seccomp program, built once and
 * installed in each run.
 *
 * What CPython and its usual libraries call is allowed.  All else fails with
 * EPERM, or with ENOSYS where a program then does it another way; calls that
 * no program makes unless it attacks the kernel, and calls of another ABI,
 * kill the process with SIGSYS.
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
 * In the zygote, once, before it has a filter: makes the program.  Returns -1
 * with errno, "step" then says what failed.
 */
int pyexec_filter_build(const pyexec_filter_options_t *options,
    const char **step);

/*
 * In a run: from here on the program holds for this thread and all that it
 * starts, and cannot be taken off.  Needs no_new_privs.  It takes namespaces,
 * mounts, Landlock and prctl() away, so it comes after them.  Returns -1 with
 * errno; EINVAL where nothing was built.
 */
int pyexec_filter_install(void);

/* The length of the program in instructions; 0 where nothing was built. */
unsigned pyexec_filter_length(void);


#endif /* PYEXEC_FILTER_H */
