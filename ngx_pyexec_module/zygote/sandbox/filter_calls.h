/*
 * The tables of filter.c: which calls, when, and what becomes of them.
 */

#ifndef PYEXEC_FILTER_CALLS_H
#define PYEXEC_FILTER_CALLS_H

#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>


/* When a rule holds: for options that have all of these. */

#define PYEXEC_FILTER_PROCESSES     0x01
#define PYEXEC_FILTER_NO_PROCESSES  0x02
#define PYEXEC_FILTER_NETWORK       0x04
#define PYEXEC_FILTER_NO_NETWORK    0x08
#define PYEXEC_FILTER_SCRATCH       0x10
#define PYEXEC_FILTER_NO_SCRATCH    0x20
#define PYEXEC_FILTER_SIGNALS       0x40
#define PYEXEC_FILTER_NO_SIGNALS    0x80

/* Stands for the run's process id until it is known; no pid is that high. */
#define PYEXEC_FILTER_SELF  0x7e5e1f00

/*
 * The newest call that the tables were written for, set_mempolicy_home_node()
 * of Linux 5.17; its number is the same on all architectures.  What is newer
 * fails with ENOSYS.
 */
#define PYEXEC_FILTER_NEWEST  450


typedef enum {
    PYEXEC_FILTER_BASE,         /* what no rule names: EPERM */
    PYEXEC_FILTER_RUN,          /* what no rule names: as the base has it */
    PYEXEC_FILTER_NPROGRAMS
} pyexec_filter_program_t;


/* Calls for which arguments do not matter. */
typedef struct {
    pyexec_filter_program_t program;
    unsigned                when;
    uint32_t                action;
    const int              *calls;
    size_t                  ncalls;
} pyexec_filter_group_t;

/* A call with arguments that are all as said. */
typedef struct {
    pyexec_filter_program_t program;
    unsigned                when;
    uint32_t                action;
    int                     call;
    unsigned                nargs;
    struct scmp_arg_cmp     args[3];
} pyexec_filter_rule_t;


extern const pyexec_filter_group_t pyexec_filter_groups[];
extern const size_t                pyexec_filter_ngroups;

extern const pyexec_filter_rule_t  pyexec_filter_rules[];
extern const size_t                pyexec_filter_nrules;


#endif /* PYEXEC_FILTER_CALLS_H */
