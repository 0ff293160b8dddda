/*
 * Preloaded into nginx by tests: system calls that fail on demand.  While the
 * directory PYEXEC_FAULTS has a file of the name of a fault, that call fails
 * with the errno that is in the file:
 *
 *     sendmsg-1, sendmsg-2, ...   a message of this type to a zygote
 *     epoll-out                   to ask when a socket takes bytes again
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>


static char faults[PATH_MAX];


/* Workers have no environment: it is read before nginx clears it. */

__attribute__((constructor))
static void
faults_init(void)
{
    const char *path = getenv("PYEXEC_FAULTS");

    if (path != NULL) {
        snprintf(faults, sizeof(faults), "%s", path);
    }
}


/* The errno of a fault, or 0. */

static int
faults_find(const char *name)
{
    int   err = 0;
    char  path[PATH_MAX + 64];
    FILE *file;

    if (faults[0] == '\0') {
        return 0;
    }

    snprintf(path, sizeof(path), "%s/%s", faults, name);

    file = fopen(path, "re");

    if (file != NULL) {
        if (fscanf(file, "%d", &err) != 1) {
            err = 0;
        }

        fclose(file);
    }

    return err;
}


ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
    int      err;
    char     name[32];
    uint32_t type;

    static ssize_t (*next)(int, const struct msghdr *, int);

    if (message->msg_iovlen == 1 && message->msg_iov[0].iov_len > sizeof(type))
    {
        memcpy(&type, message->msg_iov[0].iov_base, sizeof(type));
        snprintf(name, sizeof(name), "sendmsg-%u", (unsigned) type);

        err = faults_find(name);

        if (err != 0) {
            errno = err;
            return -1;
        }
    }

    if (next == NULL) {
        *(void **) &next = dlsym(RTLD_NEXT, "sendmsg");
    }

    return next(fd, message, flags);
}


int
epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
    int err;

    static int (*next)(int, int, int, struct epoll_event *);

    /* nginx asks for both directions of a connection at first */

    if (event != NULL && (event->events & EPOLLOUT)) {
        err = faults_find("epoll-out");

        if (err != 0) {
            errno = err;
            return -1;
        }
    }

    if (next == NULL) {
        *(void **) &next = dlsym(RTLD_NEXT, "epoll_ctl");
    }

    return next(epfd, op, fd, event);
}
