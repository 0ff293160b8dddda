#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "isolation.h"
#include "landlock.h"
#include "view.h"
#include "without.h"


/* What newer kernels know than the headers of Linux 6.1. */

#define PYEXEC_LANDLOCK_REFER          (1ULL << 13)     /* ABI 2 */
#define PYEXEC_LANDLOCK_TRUNCATE       (1ULL << 14)     /* ABI 3 */
#define PYEXEC_LANDLOCK_IOCTL_DEV      (1ULL << 15)     /* ABI 5 */

#define PYEXEC_LANDLOCK_TCP            0x3              /* ABI 4 */
#define PYEXEC_LANDLOCK_SCOPE          0x3              /* ABI 6 */

/* What a run is refused is not to fill the log of the machine. */
#define PYEXEC_LANDLOCK_QUIET          0x1              /* ABI 7 */

#define PYEXEC_LANDLOCK_UNIX           (1ULL << 16)     /* ABI 9 */
#define PYEXEC_LANDLOCK_UDP            0xc              /* ABI 10 */


typedef struct {
    uint64_t fs;
    uint64_t net;               /* ABI 4, UDP: 10 */
    uint64_t scoped;            /* ABI 6: abstract sockets, signals */
} pyexec_landlock_rules_t;


#define PYEXEC_LANDLOCK_READ  (LANDLOCK_ACCESS_FS_READ_FILE             \
                               | LANDLOCK_ACCESS_FS_READ_DIR            \
                               | LANDLOCK_ACCESS_FS_EXECUTE)

#define PYEXEC_LANDLOCK_MAKE  (LANDLOCK_ACCESS_FS_WRITE_FILE            \
                               | LANDLOCK_ACCESS_FS_REMOVE_DIR          \
                               | LANDLOCK_ACCESS_FS_REMOVE_FILE         \
                               | LANDLOCK_ACCESS_FS_MAKE_DIR            \
                               | LANDLOCK_ACCESS_FS_MAKE_REG            \
                               | LANDLOCK_ACCESS_FS_MAKE_SOCK           \
                               | LANDLOCK_ACCESS_FS_MAKE_FIFO           \
                               | LANDLOCK_ACCESS_FS_MAKE_SYM            \
                               | PYEXEC_LANDLOCK_REFER                  \
                               | PYEXEC_LANDLOCK_TRUNCATE)

#define PYEXEC_LANDLOCK_NODE  (LANDLOCK_ACCESS_FS_MAKE_CHAR             \
                               | LANDLOCK_ACCESS_FS_MAKE_BLOCK          \
                               | PYEXEC_LANDLOCK_IOCTL_DEV)

/* Of those, what can be said of a file that is no directory. */
#define PYEXEC_LANDLOCK_FILE  (LANDLOCK_ACCESS_FS_READ_FILE             \
                               | LANDLOCK_ACCESS_FS_EXECUTE             \
                               | LANDLOCK_ACCESS_FS_WRITE_FILE          \
                               | PYEXEC_LANDLOCK_TRUNCATE)


static const char *const pyexec_landlock_sinks[] = {
    "/dev/null", "/dev/zero", "/dev/full",
};

static int                     pyexec_landlock_abi;
static pyexec_landlock_rules_t pyexec_landlock_attr;
static int                     pyexec_landlock_shared = -1;

/* O_PATH descriptors of what may be read. */
static int                    *pyexec_landlock_readable;
static size_t                  pyexec_landlock_nreadable;


static void pyexec_landlock_ask(void);
static int pyexec_landlock_create(void);
static int pyexec_landlock_allow_path(int rules, const char *path,
    uint64_t access);
static int pyexec_landlock_allow(int rules, int fd, uint64_t access);


int
pyexec_landlock_prepare(const char *const *paths, size_t npaths)
{
    int    fd;
    size_t i;

    if (pyexec_isolation.mode == PYEXEC_ISOLATION_OFF
        || pyexec_without("landlock"))
    {
        return 0;
    }

    pyexec_landlock_abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
                                  LANDLOCK_CREATE_RULESET_VERSION);
    if (pyexec_landlock_abi == -1) {
        return -1;
    }

    pyexec_landlock_ask();

    if (pyexec_isolation.mode == PYEXEC_ISOLATION_FULL) {

        if (pyexec_isolation.scratch) {
            return 0;
        }

        /* The same for every run: only the domains are their own. */

        pyexec_landlock_shared = pyexec_landlock_create();

        return pyexec_landlock_shared == -1 ? -1 : 0;
    }

    pyexec_landlock_readable = malloc((npaths ? npaths : 1) * sizeof(int));
    if (pyexec_landlock_readable == NULL) {
        return -1;
    }

    for (i = 0; i < npaths; i++) {
        fd = open(paths[i], O_PATH|O_CLOEXEC);

        if (fd != -1) {
            pyexec_landlock_readable[pyexec_landlock_nreadable++] = fd;

        } else if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) {
            return -1;
        }
    }

    return 0;
}


/* All that this kernel knows, and what is newer than this is left out. */

static void
pyexec_landlock_ask(void)
{
    pyexec_landlock_attr.fs = PYEXEC_LANDLOCK_MAKE | PYEXEC_LANDLOCK_NODE;

    if (pyexec_isolation.mode != PYEXEC_ISOLATION_FULL) {
        pyexec_landlock_attr.fs |= PYEXEC_LANDLOCK_READ;
    }

    if (pyexec_landlock_abi < 2) {
        pyexec_landlock_attr.fs &= ~PYEXEC_LANDLOCK_REFER;
    }

    if (pyexec_landlock_abi < 3) {
        pyexec_landlock_attr.fs &= ~PYEXEC_LANDLOCK_TRUNCATE;
    }

    if (pyexec_landlock_abi < 5) {
        pyexec_landlock_attr.fs &= ~PYEXEC_LANDLOCK_IOCTL_DEV;
    }

    if (pyexec_landlock_abi >= 4 && !pyexec_isolation.network) {
        pyexec_landlock_attr.net = PYEXEC_LANDLOCK_TCP;
    }

    if (pyexec_landlock_abi >= 6) {
        pyexec_landlock_attr.scoped = PYEXEC_LANDLOCK_SCOPE;
    }

    if (pyexec_landlock_abi >= 9) {
        pyexec_landlock_attr.fs |= PYEXEC_LANDLOCK_UNIX;
    }

    if (pyexec_landlock_abi >= 10 && !pyexec_isolation.network) {
        pyexec_landlock_attr.net |= PYEXEC_LANDLOCK_UDP;
    }
}


int
pyexec_landlock_enter(void)
{
    int rc, rules;

    if (pyexec_landlock_abi == 0) {
        return 0;
    }

    rules = pyexec_landlock_shared;

    if (rules == -1) {
        rules = pyexec_landlock_create();
        if (rules == -1) {
            return -1;
        }
    }

    rc = syscall(SYS_landlock_restrict_self, rules,
                 pyexec_landlock_abi >= 7 ? PYEXEC_LANDLOCK_QUIET : 0);

    if (rules != pyexec_landlock_shared) {
        (void) close(rules);
    }

    return rc;
}


static int
pyexec_landlock_create(void)
{
    int    rc, rules;
    size_t i, size;

    /* An older kernel takes a longer structure only where it is zero. */
    size = pyexec_landlock_abi >= 6 ? sizeof(pyexec_landlock_rules_t)
           : pyexec_landlock_abi >= 4 ? 2 * sizeof(uint64_t)
                                      : sizeof(uint64_t);

    rules = syscall(SYS_landlock_create_ruleset, &pyexec_landlock_attr, size,
                    0);
    if (rules == -1) {
        return -1;
    }

    rc = 0;

    for (i = 0;
         i < sizeof(pyexec_landlock_sinks) / sizeof(pyexec_landlock_sinks[0]);
         i++)
    {
        rc |= pyexec_landlock_allow_path(rules, pyexec_landlock_sinks[i],
                                         PYEXEC_LANDLOCK_FILE
                                         & ~(uint64_t)
                                           LANDLOCK_ACCESS_FS_EXECUTE);
    }

    if (pyexec_isolation.scratch) {
        rc |= pyexec_landlock_allow_path(rules, PYEXEC_VIEW_SCRATCH,
                                         PYEXEC_LANDLOCK_MAKE);
    }

    if (pyexec_isolation.mode != PYEXEC_ISOLATION_FULL) {

        for (i = 0; i < pyexec_landlock_nreadable; i++) {
            rc |= pyexec_landlock_allow(rules, pyexec_landlock_readable[i],
                                        PYEXEC_LANDLOCK_READ);
        }

        /* Its program, which is a link to where the worker has put it. */

        rc |= pyexec_landlock_allow_path(rules, ".",
                                         LANDLOCK_ACCESS_FS_READ_DIR);
        rc |= pyexec_landlock_allow_path(rules, "main.py",
                                         LANDLOCK_ACCESS_FS_READ_FILE);
    }

    if (rc == -1) {
        (void) close(rules);
        return -1;
    }

    return rules;
}


/* What is not there needs no rule. */

static int
pyexec_landlock_allow_path(int rules, const char *path, uint64_t access)
{
    int fd, rc;

    fd = open(path, O_PATH|O_CLOEXEC);
    if (fd == -1) {
        return errno == ENOENT || errno == EACCES ? 0 : -1;
    }

    rc = pyexec_landlock_allow(rules, fd, access);
    (void) close(fd);

    return rc;
}


static int
pyexec_landlock_allow(int rules, int fd, uint64_t access)
{
    struct stat                       st;
    struct landlock_path_beneath_attr attr = { 0 };

    if (fstat(fd, &st) == -1) {
        return -1;
    }

    attr.parent_fd = fd;
    attr.allowed_access = access & pyexec_landlock_attr.fs;

    if (!S_ISDIR(st.st_mode)) {
        attr.allowed_access &= PYEXEC_LANDLOCK_FILE;
    }

    if (attr.allowed_access == 0) {
        return 0;
    }

    return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
                   &attr, 0);
}
