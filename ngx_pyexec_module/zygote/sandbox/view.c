#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file.h"
#include "idmap.h"
#include "isolation.h"
#include "view.h"
#include "without.h"


/* A directory that is there on every machine, to mount the new root on. */
#define PYEXEC_VIEW_BASE  "/usr"

/* Room for what modules keep between two starts, such as a list of fonts. */
#define PYEXEC_VIEW_WRITABLE_OPTIONS  "mode=0700,size=64m,nr_inodes=4096"


static int pyexec_view_open(const pyexec_view_entry_t *entry);
static int pyexec_view_root(void);
static int pyexec_view_writable(int root, const char *path);
static int pyexec_view_add(int root, const pyexec_view_entry_t *entry,
    int tree);
static int pyexec_view_hide(int root, const char *path);
static int pyexec_view_parents(int root, const char *path);


int
pyexec_view_unshare(const char **step)
{
    int   flags;
    uid_t uid;
    gid_t gid;

    uid = geteuid();
    gid = getegid();

    flags = CLONE_NEWUSER|CLONE_NEWNS;

    if (!pyexec_without("ipc")) {
        flags |= CLONE_NEWIPC;
    }

    if (!pyexec_without("uts")) {
        flags |= CLONE_NEWUTS;
    }

    if (!pyexec_without("cgroup")) {
        flags |= CLONE_NEWCGROUP;
    }

    if (!pyexec_isolation.network && !pyexec_without("net")) {
        flags |= CLONE_NEWNET;
    }

    /* The files of a process that is not dumpable belong to root. */

    *step = "prctl";

    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1) {
        return -1;
    }

    *step = "unshare";

    if (unshare(flags) == -1) {
        return -1;
    }

    *step = "the map of user ids";

    if (pyexec_file_write(AT_FDCWD, "/proc/self/setgroups", 0, "deny") == -1
        || pyexec_idmap_keep(uid, gid) == -1)
    {
        return -1;
    }

    *step = "sethostname";

    if ((flags & CLONE_NEWUTS)
        && (sethostname("localhost", 9) == -1 || setdomainname("", 0) == -1))
    {
        return -1;
    }

    *step = "making mounts private";

    return mount(NULL, "/", NULL, MS_REC|MS_PRIVATE, NULL);
}


int
pyexec_view_enter(const pyexec_view_entry_t *entries, size_t nentries,
    const char **step)
{
    int    root, *trees;
    size_t i;

    *step = "malloc";

    trees = malloc((nentries ? nentries : 1) * sizeof(int));
    if (trees == NULL) {
        return -1;
    }

    /* Before the new root hides a part of them. */

    for (i = 0; i < nentries; i++) {
        *step = entries[i].path;

        trees[i] = pyexec_view_open(&entries[i]);
        if (trees[i] == -1 && errno != ENOENT && errno != ENOTDIR) {
            return -1;
        }
    }

    *step = "mount of the root";

    root = pyexec_view_root();
    if (root == -1) {
        return -1;
    }

    for (i = 0; i < nentries; i++) {
        *step = entries[i].path;

        if (entries[i].type == PYEXEC_VIEW_BIND && trees[i] == -1) {
            continue;
        }

        if (pyexec_view_add(root, &entries[i], trees[i]) == -1) {
            return -1;
        }
    }

    free(trees);

    *step = "mount_setattr";

    if (mount_setattr(root, "", AT_EMPTY_PATH,
                      &(struct mount_attr) { .attr_set = MOUNT_ATTR_RDONLY },
                      sizeof(struct mount_attr))
        == -1)
    {
        return -1;
    }

    *step = "pivot_root";

    /* The old root goes on top of the new one, and from there away. */

    if (fchdir(root) == -1
        || syscall(SYS_pivot_root, ".", ".") == -1
        || umount2(".", MNT_DETACH) == -1
        || chdir("/") == -1)
    {
        return -1;
    }

    (void) close(root);

    return 0;
}


/* A tree of the mounts at a path, that no path leads to; -1: no bind. */

static int
pyexec_view_open(const pyexec_view_entry_t *entry)
{
    int               tree;
    struct mount_attr attr = { .attr_set = MOUNT_ATTR_NOSUID };

    errno = ENOENT;

    if (entry->type != PYEXEC_VIEW_BIND) {
        return -1;
    }

    tree = open_tree(AT_FDCWD, entry->path,
                     OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE);
    if (tree == -1) {
        return -1;
    }

    /* The ids of every run are written to its own /proc/self. */

    if (strcmp(entry->path, "/proc") != 0) {
        attr.attr_set |= MOUNT_ATTR_RDONLY;
    }

    if (strncmp(entry->path, "/dev/", 5) != 0) {
        attr.attr_set |= MOUNT_ATTR_NODEV;
    }

    if (mount_setattr(tree, "", AT_EMPTY_PATH|AT_RECURSIVE, &attr,
                      sizeof(attr))
        == -1)
    {
        (void) close(tree);
        return -1;
    }

    return tree;
}


static int
pyexec_view_root(void)
{
    if (mount("pyexec", PYEXEC_VIEW_BASE, "tmpfs", MS_NOSUID|MS_NODEV,
              "mode=0755,size=4m")
        == -1)
    {
        return -1;
    }

    return open(PYEXEC_VIEW_BASE, O_PATH|O_DIRECTORY|O_CLOEXEC);
}


static int
pyexec_view_add(int root, const pyexec_view_entry_t *entry, int tree)
{
    int         rc;
    struct stat st;
    const char *path = entry->path + 1;

    if (entry->type == PYEXEC_VIEW_HIDE) {
        return pyexec_view_hide(root, path);
    }

    if (entry->type == PYEXEC_VIEW_WRITABLE) {
        return pyexec_view_writable(root, path);
    }

    if (pyexec_view_parents(root, path) == -1) {
        return -1;
    }

    switch (entry->type) {

    case PYEXEC_VIEW_LINK:
        return symlinkat(entry->content, root, path);

    case PYEXEC_VIEW_FILE:
        return pyexec_file_write(root, path, O_CREAT|O_EXCL, entry->content);

    case PYEXEC_VIEW_DIRECTORY:
        rc = mkdirat(root, path, 0755);

        /* An interpreter may lie below it. */
        return rc == -1 && errno == EEXIST ? 0 : rc;

    case PYEXEC_VIEW_BIND:
        break;

    default:
        errno = EINVAL;
        return -1;
    }

    if (fstat(tree, &st) == -1) {
        return -1;
    }

    /* Another entry may have brought the place to mount on. */

    if (S_ISDIR(st.st_mode)) {
        rc = mkdirat(root, path, 0755);

    } else {
        rc = pyexec_file_write(root, path, O_CREAT|O_EXCL, "");
    }

    if (rc == -1 && errno != EEXIST) {
        return -1;
    }

    rc = move_mount(tree, "", root, path, MOVE_MOUNT_F_EMPTY_PATH);
    (void) close(tree);

    return rc;
}


/* The working directory is no matter until the root is changed. */

static int
pyexec_view_writable(int root, const char *path)
{
    if (fchdir(root) == -1) {
        return -1;
    }

    return mount("start", path, "tmpfs", MS_NOSUID|MS_NODEV,
                 PYEXEC_VIEW_WRITABLE_OPTIONS);
}


static int
pyexec_view_hide(int root, const char *path)
{
    int               rc, error, tree;
    struct mount_attr attr = {
        .attr_set = MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV
    };

    tree = open_tree(root, PYEXEC_VIEW_EMPTY + 1,
                     OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC);
    if (tree == -1) {
        return -1;
    }

    rc = mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr));

    if (rc == 0) {
        rc = move_mount(tree, "", root, path, MOVE_MOUNT_F_EMPTY_PATH);
    }

    error = errno;
    (void) close(tree);
    errno = error;

    return rc == -1 && errno == ENOENT ? 0 : rc;
}


static int
pyexec_view_parents(int root, const char *path)
{
    char        parent[PATH_MAX];
    size_t      len;
    const char *p = path;

    while ((p = strchr(p, '/')) != NULL) {
        len = p - path;

        if (len >= sizeof(parent)) {
            errno = ENAMETOOLONG;
            return -1;
        }

        memcpy(parent, path, len);
        parent[len] = '\0';

        if (mkdirat(root, parent, 0755) == -1 && errno != EEXIST) {
            return -1;
        }

        p++;
    }

    return 0;
}
