#define _GNU_SOURCE

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter.h"
#include "filter_calls.h"


/* The lowest number of an x32 call; libseccomp's part kills these. */
#define PYEXEC_FILTER_X32  0x40000000

#define PYEXEC_FILTER_PREAMBLE  6


static struct sock_fprog pyexec_filter;


static int pyexec_filter_rule(scmp_filter_ctx ctx,
    const pyexec_filter_options_t *options, const char **step);
static int pyexec_filter_export(scmp_filter_ctx ctx, const char **step);
static int pyexec_filter_read(int fd);


int
pyexec_filter_build(const pyexec_filter_options_t *options, const char **step)
{
    int             rc;
    scmp_filter_ctx ctx;

    *step = "seccomp_init";

    ctx = seccomp_init(PYEXEC_FILTER_DEFAULT);
    if (ctx == NULL) {
        errno = ENOSYS;
        return -1;
    }

    rc = pyexec_filter_rule(ctx, options, step);

    if (rc == 0) {
        rc = pyexec_filter_export(ctx, step);
    }

    seccomp_release(ctx);

    if (rc < 0) {
        errno = -rc;
        return -1;
    }

    return 0;
}


/* As libseccomp's own, this and the next return 0 or a negated errno. */

static int
pyexec_filter_rule(scmp_filter_ctx ctx,
    const pyexec_filter_options_t *options, const char **step)
{
    int                          rc;
    size_t                       i, n;
    unsigned                     state;
    const pyexec_filter_rule_t  *rule;
    const pyexec_filter_group_t *group;

    *step = "seccomp_attr_set";

    rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
                          SCMP_ACT_KILL_PROCESS);
    if (rc < 0) {
        return rc;
    }

    /* A binary tree of the numbers. */
    rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (rc < 0) {
        return rc;
    }

    state = (options->processes ? PYEXEC_FILTER_PROCESSES
                                : PYEXEC_FILTER_NO_PROCESSES)
            | (options->network ? PYEXEC_FILTER_NETWORK
                                : PYEXEC_FILTER_NO_NETWORK)
            | (options->scratch ? PYEXEC_FILTER_SCRATCH
                                : PYEXEC_FILTER_NO_SCRATCH)
            | (options->signals ? PYEXEC_FILTER_SIGNALS
                                : PYEXEC_FILTER_NO_SIGNALS);

    *step = "seccomp_rule_add";

    for (i = 0; i < pyexec_filter_ngroups; i++) {
        group = &pyexec_filter_groups[i];

        if (group->when & ~state) {
            continue;
        }

        for (n = 0; n < group->ncalls; n++) {
            rc = seccomp_rule_add_array(ctx, group->action, group->calls[n],
                                        0, NULL);
            if (rc < 0) {
                return rc;
            }
        }
    }

    for (i = 0; i < pyexec_filter_nrules; i++) {
        rule = &pyexec_filter_rules[i];

        if (rule->when & ~state) {
            continue;
        }

        rc = seccomp_rule_add_array(ctx, rule->action, rule->call,
                                    rule->nargs, rule->args);
        if (rc < 0) {
            return rc;
        }
    }

    return 0;
}


static int
pyexec_filter_export(scmp_filter_ctx ctx, const char **step)
{
    int fd, rc;

    *step = "memfd_create";

    fd = memfd_create("pyexec-filter", MFD_CLOEXEC);
    if (fd == -1) {
        return -errno;
    }

    *step = "seccomp_export_bpf";

    rc = seccomp_export_bpf(ctx, fd);

    if (rc == 0) {
        *step = "read";
        rc = pyexec_filter_read(fd);
    }

    (void) close(fd);

    return rc;
}


static int
pyexec_filter_read(int fd)
{
    size_t              length;
    struct stat         st;
    struct sock_filter *code;

    /*
     * libseccomp knows a single action for what no rule names.  So the calls
     * that are too new for the tables are told from those that are left out
     * of them before its program begins.
     */
    const struct sock_filter preamble[PYEXEC_FILTER_PREAMBLE] = {
        BPF_STMT(BPF_LD|BPF_W|BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP|BPF_JEQ|BPF_K, seccomp_arch_native(), 0, 4),
        BPF_STMT(BPF_LD|BPF_W|BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP|BPF_JGE|BPF_K, PYEXEC_FILTER_X32, 2, 0),
        BPF_JUMP(BPF_JMP|BPF_JGT|BPF_K, PYEXEC_FILTER_NEWEST, 0, 1),
        BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ERRNO|ENOSYS),
    };

    if (fstat(fd, &st) == -1) {
        return -errno;
    }

    code = malloc(sizeof(preamble) + st.st_size);
    if (code == NULL) {
        return -ENOMEM;
    }

    if (pread(fd, code + PYEXEC_FILTER_PREAMBLE, st.st_size, 0)
        != st.st_size)
    {
        free(code);
        return -EIO;
    }

    for (length = 0; length < PYEXEC_FILTER_PREAMBLE; length++) {
        code[length] = preamble[length];
    }

    free(pyexec_filter.filter);

    pyexec_filter.filter = code;
    pyexec_filter.len = length + st.st_size / sizeof(code[0]);

    return 0;
}


int
pyexec_filter_install(void)
{
    unsigned            i;
    struct sock_filter *code = pyexec_filter.filter;

    /* Of this process: what the zygote has stays as it is. */
    for (i = 0; i < pyexec_filter.len; i++) {
        if (code[i].code == (BPF_JMP|BPF_JEQ|BPF_K)
            && code[i].k == PYEXEC_FILTER_SELF)
        {
            code[i].k = getpid();
        }
    }

    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &pyexec_filter);
}


unsigned
pyexec_filter_length(void)
{
    return pyexec_filter.len;
}
