#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "capabilities.h"
#include "idmap.h"
#include "isolation.h"
#include "space.h"
#include "view.h"
#include "without.h"


/*
 * Of a scratch space: an inode for so many bytes, as most file systems have
 * it, and so many for the smallest of them, with one for the script.
 */
#define PYEXEC_SPACE_INODE       4096
#define PYEXEC_SPACE_INODES_MIN  17


typedef struct {
    const char *name;           /* isolation.py knows some of them */
    int       (*enter)(pyexec_space_t *space);
} pyexec_space_step_t;


static int pyexec_space_identity(pyexec_space_t *space);
static int pyexec_space_scratch(pyexec_space_t *space);
static int pyexec_space_script(pyexec_space_t *space);
static int pyexec_space_open(const char *path, mode_t mode);
static int pyexec_space_proc(pyexec_space_t *space);
static int pyexec_space_directory(pyexec_space_t *space);
static int pyexec_space_capabilities(pyexec_space_t *space);
static int pyexec_space_has_mounts(void);


/* In this order: each needs what the ones before it made. */

static const pyexec_space_step_t pyexec_space_steps[] = {
    { "the map of user ids", pyexec_space_identity },
    { "mount of the scratch space", pyexec_space_scratch },
    { "mount of the script", pyexec_space_script },
    { "mount of /proc", pyexec_space_proc },
    { "chdir", pyexec_space_directory },
    { "capset", pyexec_space_capabilities },
};


int
pyexec_space_flags(void)
{
    int flags = 0;

    if (!pyexec_without("userns")) {
        flags |= CLONE_NEWUSER;
    }

    if (!pyexec_without("pid")) {
        flags |= CLONE_NEWPID;
    }

    if (!pyexec_without("mount")) {
        flags |= CLONE_NEWNS;
    }

    if (!pyexec_without("ipc")) {
        flags |= CLONE_NEWIPC;
    }

    return flags;
}


int
pyexec_space_enter(pyexec_space_t *space, const char **step)
{
    size_t i;

    for (i = 0;
         i < sizeof(pyexec_space_steps) / sizeof(pyexec_space_steps[0]);
         i++)
    {
        *step = pyexec_space_steps[i].name;

        if (pyexec_space_steps[i].enter(space) == -1) {
            return -1;
        }
    }

    return 0;
}


static int
pyexec_space_identity(pyexec_space_t *space)
{
    int rc, error;

    if (pyexec_without("userns")) {
        return 0;
    }

    /* The files of a process that is not dumpable belong to root. */

    (void) prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);

    rc = pyexec_idmap_keep(space->uid, space->gid);
    error = errno;

    if (!pyexec_without("dumpable")) {
        (void) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    }

    errno = error;

    return rc;
}


static int
pyexec_space_scratch(pyexec_space_t *space)
{
    char     options[96];
    uint64_t size = pyexec_isolation.scratch;

    (void) space;

    if (size == 0 || !pyexec_space_has_mounts()) {
        return 0;
    }

    snprintf(options, sizeof(options), "mode=0700,size=%llu,nr_inodes=%llu",
             (unsigned long long) size,
             (unsigned long long) (size / PYEXEC_SPACE_INODE
                                   + PYEXEC_SPACE_INODES_MIN));

    return mount("scratch", PYEXEC_VIEW_SCRATCH, "tmpfs", MS_NOSUID|MS_NODEV,
                 options);
}


/*
 * It lies where the program works: in its scratch, whose bytes it takes, or
 * in a directory for one file.  The program is written to it when there is
 * one; by then no file outside of the scratch can be opened for writing.
 */

static int
pyexec_space_script(pyexec_space_t *space)
{
    if (!pyexec_space_has_mounts()) {
        space->script = open("/dev/null", O_WRONLY|O_CLOEXEC);

        return space->script == -1 ? -1 : 0;
    }

    if (pyexec_isolation.scratch) {
        space->script = pyexec_space_open(PYEXEC_VIEW_SCRATCH "/main.py",
                                          0644);

        return space->script == -1 ? -1 : 0;
    }

    if (mount("script", PYEXEC_VIEW_SCRIPT, "tmpfs",
              MS_NOSUID|MS_NODEV|MS_NOEXEC, "mode=0555,nr_inodes=2")
        == -1)
    {
        return -1;
    }

    space->script = pyexec_space_open(PYEXEC_VIEW_SCRIPT "/main.py", 0444);

    return space->script == -1 ? -1 : 0;
}


static int
pyexec_space_open(const char *path, mode_t mode)
{
    return open(path, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, mode);
}


/*
 * Where something of the host's /proc is covered, as in many containers, a
 * new one is not to be had: none is better than the host's.
 */

static int
pyexec_space_proc(pyexec_space_t *space)
{
    unsigned long flags = MS_NOSUID|MS_NODEV|MS_NOEXEC;

    (void) space;

    if (pyexec_without("proc") || !pyexec_space_has_mounts()) {
        return 0;
    }

    if (mount("proc", "/proc", "proc", flags,
              "subset=pid,hidepid=ptraceable")
        == 0)
    {
        return 0;
    }

    return mount(PYEXEC_VIEW_EMPTY, "/proc", NULL, MS_BIND, NULL);
}


static int
pyexec_space_directory(pyexec_space_t *space)
{
    (void) space;

    if (!pyexec_space_has_mounts()) {
        return 0;
    }

    return chdir(pyexec_isolation.scratch ? PYEXEC_VIEW_SCRATCH
                                          : PYEXEC_VIEW_SCRIPT);
}


static int
pyexec_space_capabilities(pyexec_space_t *space)
{
    (void) space;

    if (pyexec_without("caps") && pyexec_space_has_mounts()) {
        return 0;
    }

    return pyexec_capabilities_drop();
}


/* In tests, nothing may be mountable, or there may be no place for it. */

static int
pyexec_space_has_mounts(void)
{
    return !pyexec_without("mount") && !pyexec_without("view");
}
