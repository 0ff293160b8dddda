/*
 * What a zygote isolates its runs from and what it lets them have.  Set once,
 * before anything else happens; every part that confines a run reads it.
 */

#ifndef PYEXEC_ISOLATION_H
#define PYEXEC_ISOLATION_H

#include <stdint.h>


typedef enum {
    PYEXEC_ISOLATION_UNDECIDED, /* no run may come to its program */
    PYEXEC_ISOLATION_OFF,       /* a plain child process */
    PYEXEC_ISOLATION_PROCESS,   /* Landlock, seccomp, limits */
    PYEXEC_ISOLATION_FULL       /* and namespaces */
} pyexec_isolation_mode_t;


typedef struct {
    pyexec_isolation_mode_t mode;
    int                     network;
    int                     processes_allowed;  /* a run may start some */
    unsigned                processes;          /* of one run, with threads */
    uint64_t                memory;             /* bytes of one process */
    uint64_t                code;               /* and so many of libraries */
    uint64_t                scratch;            /* bytes, 0 for none */
    int                     cgroup;             /* each run has one */
} pyexec_isolation_t;


extern pyexec_isolation_t pyexec_isolation;



#endif /* PYEXEC_ISOLATION_H */
