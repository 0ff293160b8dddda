#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroup_file.h"
#include "cgroup_runs.h"


#define PYEXEC_CGROUP_PREFIX  "pyexec-"
#define PYEXEC_CGROUP_ENABLE  "+cpu +memory +pids"

/*
 * Milliseconds for what was killed to be gone: some gigabytes of memory take
 * the kernel a second.
 */
#define PYEXEC_CGROUP_WAIT    2000

/* Zygotes of other containers with the same number; there are not so many. */
#define PYEXEC_CGROUP_NAMES   100


typedef struct {
    int      parent;            /* PATH, or -1: not opened */
    int      own;               /* PATH/pyexec-PID */
    char     name[64];
    char     path[256];         /* PATH, for messages */
    uint64_t memory;
    unsigned processes;
} pyexec_cgroup_t;


static pyexec_cgroup_t pyexec_cgroup = { .parent = -1, .own = -1 };
static char            pyexec_cgroup_why[1024];


static int pyexec_cgroup_check(const pyexec_cgroup_t *cg, const char **why);
static void pyexec_cgroup_missing(const char *controllers, char *missing);
static int pyexec_cgroup_enable(const pyexec_cgroup_t *cg, const char **why);
static void pyexec_cgroup_sweep(int parent);
static int pyexec_cgroup_make(pyexec_cgroup_t *cg, const char **why);
static int pyexec_cgroup_kill(int fd);
static int pyexec_cgroup_fail(const char **why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));


int
pyexec_cgroup_open(const char *path, int entry, uint64_t memory,
    unsigned processes, const char **why)
{
    pyexec_cgroup_t *cg = &pyexec_cgroup;

    snprintf(cg->path, sizeof(cg->path), "%s", path);
    cg->memory = memory;
    cg->processes = processes;

    cg->parent = open(path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (cg->parent == -1) {
        return pyexec_cgroup_fail(why, "\"%s\" cannot be opened: %s",
                                  cg->path, strerror(errno));
    }

    if (pyexec_cgroup_check(cg, why) == -1) {
        goto failed;
    }

    if (entry != -1 && write(entry, "0", 1) == -1) {
        pyexec_cgroup_fail(why, "\"%s\" cannot be entered: %s", path,
                           strerror(errno));
        goto failed;
    }

    if (pyexec_cgroup_enable(cg, why) == -1) {
        goto failed;
    }

    pyexec_cgroup_sweep(cg->parent);

    if (pyexec_cgroup_make(cg, why) == -1) {
        goto failed;
    }

    return 0;

failed:

    (void) close(cg->parent);
    cg->parent = -1;

    return -1;
}


int
pyexec_cgroup_enter(const char **why)
{
    pyexec_cgroup_t *cg = &pyexec_cgroup;

    if (pyexec_cgroup_file_move(cg->own) == 0) {
        return 0;
    }

    if (errno != EACCES) {
        return pyexec_cgroup_fail(why, "\"%s/%s\" cannot be entered: %s",
                                  cg->path, cg->name, strerror(errno));
    }

    return pyexec_cgroup_fail(why,
               "uid %d may not move a process from nginx's own cgroup to one "
               "in \"%s\": start nginx as root, or in a cgroup beside it "
               "where that user may write to cgroup.procs of the directory "
               "that both are in", (int) geteuid(), cg->path);
}


int
pyexec_cgroup_start(const char **why)
{
    int                 fd;
    pyexec_cgroup_t    *cg = &pyexec_cgroup;
    pyexec_cgroup_run_t run;

    /* No process may be where controllers are enabled for what is below. */

    fd = pyexec_cgroup_file_directory(cg->own, "zygote");

    if (fd == -1
        || pyexec_cgroup_file_move(fd) == -1
        || pyexec_cgroup_file_write(cg->own, "cgroup.subtree_control",
                                    PYEXEC_CGROUP_ENABLE)
           == -1)
    {
        (void) pyexec_cgroup_fail(why, "\"%s/%s\" cannot be divided: %s",
                                  cg->path, cg->name, strerror(errno));
        if (fd != -1) {
            (void) close(fd);
        }

        return -1;
    }

    (void) close(fd);

    pyexec_cgroup_runs(cg->own, cg->memory, cg->processes);

    if (pyexec_cgroup_take(&run) == -1) {
        return pyexec_cgroup_fail(why, "no cgroup can be made in \"%s/%s\": "
                                  "%s", cg->path, cg->name, strerror(errno));
    }

    pyexec_cgroup_done(&run);

    return 0;
}


void
pyexec_cgroup_end(void)
{
    pyexec_cgroup_t *cg = &pyexec_cgroup;

    if (cg->parent == -1) {
        return;
    }

    (void) pyexec_cgroup_kill(cg->own);
    (void) pyexec_cgroup_file_remove(cg->parent, cg->name);
    (void) close(cg->own);
    cg->own = -1;

    pyexec_cgroup_sweep(cg->parent);
    (void) close(cg->parent);
    cg->parent = -1;
}


/* Whether it is a directory of cgroup v2, with what is needed in it. */

static int
pyexec_cgroup_check(const pyexec_cgroup_t *cg, const char **why)
{
    char          text[1024], missing[64];
    const char   *path = cg->path;
    struct statfs fs;

    if (fstatfs(cg->parent, &fs) == -1) {
        return pyexec_cgroup_fail(why, "\"%s\": %s", path, strerror(errno));
    }

    if (fs.f_type == CGROUP_SUPER_MAGIC) {
        return pyexec_cgroup_fail(why, "\"%s\" is of cgroup v1; with systemd, "
                   "systemd.unified_cgroup_hierarchy=1 on the kernel's "
                   "command line makes v2 the only one", path);
    }

    if (fs.f_type != CGROUP2_SUPER_MAGIC) {
        return pyexec_cgroup_fail(why, "\"%s\" is no directory of cgroup v2",
                                  path);
    }

    if (pyexec_cgroup_file_read(cg->parent, "cgroup.controllers", text,
                                sizeof(text))
        == -1)
    {
        return pyexec_cgroup_fail(why, "\"%s/cgroup.controllers\": %s", path,
                                  strerror(errno));
    }

    pyexec_cgroup_missing(text, missing);

    if (missing[0] != '\0') {
        return pyexec_cgroup_fail(why, "\"%s\" lacks these controllers:%s; "
                   "with systemd, \"Delegate=cpu memory pids\" in its unit "
                   "gives them, else cgroup.subtree_control of the directory "
                   "above it", path, missing);
    }

    if (faccessat(cg->parent, ".", W_OK, AT_EACCESS) == -1
        || faccessat(cg->parent, "cgroup.procs", W_OK, AT_EACCESS) == -1
        || faccessat(cg->parent, "cgroup.subtree_control", W_OK, AT_EACCESS)
           == -1)
    {
        return pyexec_cgroup_fail(why, "uid %d cannot write to \"%s\" and to "
                   "cgroup.procs and cgroup.subtree_control in it; with "
                   "systemd, Delegate= and User= in its unit give them, else "
                   "chown", (int) geteuid(), path);
    }

    return 0;
}


/* "missing" has room for a space and a name of each. */

static void
pyexec_cgroup_missing(const char *controllers, char *missing)
{
    size_t      i, len;
    const char *p;

    static const char *const needed[] = { "cpu", "memory", "pids" };

    missing[0] = '\0';

    for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        p = controllers;

        for ( ;; ) {
            p += strspn(p, " \n");
            len = strcspn(p, " \n");

            if (len == 0) {
                strcat(missing, " ");
                strcat(missing, needed[i]);
                break;
            }

            if (len == strlen(needed[i]) && memcmp(p, needed[i], len) == 0) {
                break;
            }

            p += len;
        }
    }
}


static int
pyexec_cgroup_enable(const pyexec_cgroup_t *cg, const char **why)
{
    if (pyexec_cgroup_file_write(cg->parent, "cgroup.subtree_control",
                                 PYEXEC_CGROUP_ENABLE)
        == 0)
    {
        return 0;
    }

    if (errno == EBUSY) {
        return pyexec_cgroup_fail(why, "there are processes in \"%s\" itself, "
                   "so controllers cannot be enabled there: move them to a "
                   "directory below it", cg->path);
    }

    return pyexec_cgroup_fail(why, "\"" PYEXEC_CGROUP_ENABLE "\" to \"%s/"
                              "cgroup.subtree_control\": %s", cg->path,
                              strerror(errno));
}


/* Removes what zygotes left whose reaper was killed. */

static void
pyexec_cgroup_sweep(int parent)
{
    DIR           *list;
    char          *end;
    long           pid;
    struct dirent *entry;

    list = pyexec_cgroup_file_list(parent);
    if (list == NULL) {
        return;
    }

    while ((entry = readdir(list)) != NULL) {

        if (strncmp(entry->d_name, PYEXEC_CGROUP_PREFIX,
                    sizeof(PYEXEC_CGROUP_PREFIX) - 1)
            != 0)
        {
            continue;
        }

        pid = strtol(entry->d_name + sizeof(PYEXEC_CGROUP_PREFIX) - 1, &end,
                     10);

        /* One that is empty and has a reaper is about to be entered. */

        if (pid > 0 && (*end == '\0' || *end == '-')
            && kill(pid, 0) == -1 && errno == ESRCH)
        {
            (void) pyexec_cgroup_file_remove(parent, entry->d_name);
        }
    }

    (void) closedir(list);
}


static int
pyexec_cgroup_make(pyexec_cgroup_t *cg, const char **why)
{
    int      len;
    unsigned n;

    len = snprintf(cg->name, sizeof(cg->name), PYEXEC_CGROUP_PREFIX "%d",
                   (int) getpid());

    /*
     * What is empty and has our number is a dead one's; if it is not empty, it
     * is of another container, with numbers of its own.
     */

    for (n = 1; n < PYEXEC_CGROUP_NAMES; n++) {
        (void) pyexec_cgroup_file_remove(cg->parent, cg->name);

        if (mkdirat(cg->parent, cg->name, 0755) == 0) {
            cg->own = pyexec_cgroup_file_directory(cg->parent, cg->name);
            if (cg->own != -1) {
                return 0;
            }
        }

        if (errno != EEXIST) {
            break;
        }

        snprintf(cg->name + len, sizeof(cg->name) - len, "-%u", n);
    }

    return pyexec_cgroup_fail(why, "\"%s/%s\" cannot be made: %s", cg->path,
                              cg->name, strerror(errno));
}


/* Kills what is in it and below, and waits until it is gone, or returns -1. */

static int
pyexec_cgroup_kill(int fd)
{
    int             i, populated;
    struct timespec ms = { .tv_nsec = 1000000 };

    for (i = 0; i < PYEXEC_CGROUP_WAIT; i++) {
        populated = pyexec_cgroup_file_populated(fd);

        if (populated != 1) {
            return populated;
        }

        (void) pyexec_cgroup_file_write(fd, "cgroup.kill", "1");
        (void) nanosleep(&ms, NULL);
    }

    errno = ETIMEDOUT;

    return -1;
}


static int
pyexec_cgroup_fail(const char **why, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void) vsnprintf(pyexec_cgroup_why, sizeof(pyexec_cgroup_why), format,
                     args);
    va_end(args);

    *why = pyexec_cgroup_why;

    return -1;
}
