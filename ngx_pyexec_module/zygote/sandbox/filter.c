#define _GNU_SOURCE

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter.h"
#include "filter_calls.h"


/* The lowest number of an x32 call; libseccomp kills these. */
#define PYEXEC_FILTER_X32  0x40000000

static const uint32_t pyexec_filter_defaults[] = {
    [PYEXEC_FILTER_BASE] = SCMP_ACT_ERRNO(EPERM),
    [PYEXEC_FILTER_RUN] = SCMP_ACT_ALLOW,
};

static struct sock_fprog pyexec_filter[PYEXEC_FILTER_NPROGRAMS];

static int pyexec_filter_has_base;


static int pyexec_filter_make(pyexec_filter_program_t program,
    unsigned options, const char **step);
static int pyexec_filter_add(scmp_filter_ctx ctx,
    pyexec_filter_program_t program, unsigned options, const char **step);
static int pyexec_filter_export(scmp_filter_ctx ctx,
    pyexec_filter_program_t program, const char **step);
static int pyexec_filter_read(int fd, pyexec_filter_program_t program);
static int pyexec_filter_load(pyexec_filter_program_t program);


int
pyexec_filter_build(const pyexec_filter_options_t *options, const char **step)
{
    int                     rc;
    unsigned                bits;
    pyexec_filter_program_t program;

    bits = (options->processes ? PYEXEC_FILTER_PROCESSES
                               : PYEXEC_FILTER_NO_PROCESSES)
           | (options->network ? PYEXEC_FILTER_NETWORK
                               : PYEXEC_FILTER_NO_NETWORK)
           | (options->scratch ? PYEXEC_FILTER_SCRATCH
                               : PYEXEC_FILTER_NO_SCRATCH)
           | (options->signals ? PYEXEC_FILTER_SIGNALS
                               : PYEXEC_FILTER_NO_SIGNALS);

    for (program = 0; program < PYEXEC_FILTER_NPROGRAMS; program++) {
        rc = pyexec_filter_make(program, bits, step);

        if (rc < 0) {
            errno = -rc;
            return -1;
        }
    }

    return 0;
}


/* As libseccomp's own, these return 0 or a negated errno. */

static int
pyexec_filter_make(pyexec_filter_program_t program, unsigned options,
    const char **step)
{
    int             rc;
    scmp_filter_ctx ctx;

    *step = "seccomp_init";

    ctx = seccomp_init(pyexec_filter_defaults[program]);
    if (ctx == NULL) {
        return -ENOSYS;
    }

    rc = pyexec_filter_add(ctx, program, options, step);

    if (rc == 0) {
        rc = pyexec_filter_export(ctx, program, step);
    }

    seccomp_release(ctx);

    return rc;
}


static int
pyexec_filter_add(scmp_filter_ctx ctx, pyexec_filter_program_t program,
    unsigned options, const char **step)
{
    int                          rc;
    size_t                       i, n;
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

    *step = "seccomp_rule_add";

    for (i = 0; i < pyexec_filter_ngroups; i++) {
        group = &pyexec_filter_groups[i];

        if (group->program != program || (group->when & ~options)) {
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

        if (rule->program != program || (rule->when & ~options)) {
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
pyexec_filter_export(scmp_filter_ctx ctx, pyexec_filter_program_t program,
    const char **step)
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
        rc = pyexec_filter_read(fd, program);
    }

    (void) close(fd);

    return rc;
}


static int
pyexec_filter_read(int fd, pyexec_filter_program_t program)
{
    size_t              length;
    struct stat         st;
    struct sock_filter *code;

    /*
     * libseccomp knows a single action for what no rule names.  So the calls
     * that are too new for the tables are told from those that are left out
     * of them before its program begins.
     */
    const struct sock_filter preamble[] = {
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

    length = program == PYEXEC_FILTER_BASE
             ? sizeof(preamble) / sizeof(preamble[0]) : 0;

    code = malloc(sizeof(preamble) + st.st_size);
    if (code == NULL) {
        return -ENOMEM;
    }

    memcpy(code, preamble, length * sizeof(code[0]));

    if (pread(fd, code + length, st.st_size, 0) != st.st_size) {
        free(code);
        return -EIO;
    }

    free(pyexec_filter[program].filter);

    pyexec_filter[program].filter = code;
    pyexec_filter[program].len = length + st.st_size / sizeof(code[0]);

    return 0;
}


int
pyexec_filter_install_base(void)
{
    if (pyexec_filter_load(PYEXEC_FILTER_BASE) == -1) {
        return -1;
    }

    pyexec_filter_has_base = 1;

    return 0;
}


int
pyexec_filter_install(void)
{
    pid_t              pid;
    unsigned           i;
    struct sock_fprog *run = &pyexec_filter[PYEXEC_FILTER_RUN];

    if (!pyexec_filter_has_base && pyexec_filter_install_base() == -1) {
        return -1;
    }

    pid = getpid();

    /* In memory of this process: the zygote's program stays as it is. */
    for (i = 0; i < run->len; i++) {
        if (run->filter[i].code == (BPF_JMP|BPF_JEQ|BPF_K)
            && run->filter[i].k == PYEXEC_FILTER_SELF)
        {
            run->filter[i].k = pid;
        }
    }

    return pyexec_filter_load(PYEXEC_FILTER_RUN);
}


/* EFAULT or EINVAL where nothing was built. */

static int
pyexec_filter_load(pyexec_filter_program_t program)
{
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0,
                   &pyexec_filter[program]);
}
