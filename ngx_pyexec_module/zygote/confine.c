#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"


/* Rights newer than the headers of Linux 6.1 may be. */

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER     (1ULL << 13)
#endif

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE  (1ULL << 14)
#endif


static int pyexec_confine_rules = -1;


int
pyexec_confine_prepare(void)
{
    int                               abi, fd, rules;
    struct landlock_ruleset_attr      attr = { 0 };
    struct landlock_path_beneath_attr null = { 0 };

    abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
                  LANDLOCK_CREATE_RULESET_VERSION);
    if (abi == -1) {
        return -1;
    }

    attr.handled_access_fs = LANDLOCK_ACCESS_FS_WRITE_FILE
                             | LANDLOCK_ACCESS_FS_REMOVE_DIR
                             | LANDLOCK_ACCESS_FS_REMOVE_FILE
                             | LANDLOCK_ACCESS_FS_MAKE_CHAR
                             | LANDLOCK_ACCESS_FS_MAKE_DIR
                             | LANDLOCK_ACCESS_FS_MAKE_REG
                             | LANDLOCK_ACCESS_FS_MAKE_SOCK
                             | LANDLOCK_ACCESS_FS_MAKE_FIFO
                             | LANDLOCK_ACCESS_FS_MAKE_BLOCK
                             | LANDLOCK_ACCESS_FS_MAKE_SYM;

    if (abi >= 2) {
        attr.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
    }

    if (abi >= 3) {
        attr.handled_access_fs |= LANDLOCK_ACCESS_FS_TRUNCATE;
    }

    rules = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
    if (rules == -1) {
        return -1;
    }

    fd = open("/dev/null", O_PATH|O_CLOEXEC);
    if (fd == -1) {
        (void) close(rules);
        return -1;
    }

    null.parent_fd = fd;
    null.allowed_access = attr.handled_access_fs
                          & (LANDLOCK_ACCESS_FS_WRITE_FILE
                             | LANDLOCK_ACCESS_FS_TRUNCATE);

    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
                &null, 0)
        == -1)
    {
        (void) close(fd);
        (void) close(rules);
        return -1;
    }

    (void) close(fd);

    pyexec_confine_rules = rules;

    return 0;
}


int
pyexec_confine(void)
{
    if (pyexec_confine_rules == -1) {
        return 0;
    }

    return syscall(SYS_landlock_restrict_self, pyexec_confine_rules, 0);
}
