#define _GNU_SOURCE

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"


typedef union {
    struct cmsghdr  header;     /* for its alignment */
    char            space[CMSG_SPACE(sizeof(int) * PYEXEC_WIRE_NFDS)];
} pyexec_wire_control_t;

/* Padding would let one descriptor more in than pyexec_wire_recv() takes. */
_Static_assert(CMSG_SPACE(sizeof(int) * PYEXEC_WIRE_NFDS)
               == CMSG_LEN(sizeof(int) * PYEXEC_WIRE_NFDS), "padding");


static size_t pyexec_wire_take_fds(struct msghdr *header,
    int fds[PYEXEC_WIRE_NFDS]);


int
pyexec_wire_send(int fd, const pyexec_wire_message_t *message, const int *fds,
    size_t nfds)
{
    ssize_t                n;
    struct iovec           iov;
    struct msghdr          header;
    struct cmsghdr        *cmsg;
    pyexec_wire_control_t  control;

    iov.iov_base = (void *) message;
    iov.iov_len = sizeof(pyexec_wire_message_t);

    memset(&header, 0, sizeof(struct msghdr));
    header.msg_iov = &iov;
    header.msg_iovlen = 1;

    if (nfds) {
        memset(&control, 0, sizeof(pyexec_wire_control_t));
        header.msg_control = control.space;
        header.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);

        cmsg = CMSG_FIRSTHDR(&header);
        cmsg->cmsg_level = SOL_SOCKET;
        cmsg->cmsg_type = SCM_RIGHTS;
        cmsg->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
        memcpy(CMSG_DATA(cmsg), fds, sizeof(int) * nfds);
    }

    do {
        n = sendmsg(fd, &header, MSG_NOSIGNAL);
    } while (n == -1 && errno == EINTR);

    return n == -1 ? -1 : 0;
}


int
pyexec_wire_recv(int fd, pyexec_wire_message_t *message,
    int fds[PYEXEC_WIRE_NFDS])
{
    size_t                 i, nfds;
    ssize_t                n;
    struct iovec           iov;
    struct msghdr          header;
    pyexec_wire_control_t  control;

    for (i = 0; i < PYEXEC_WIRE_NFDS; i++) {
        fds[i] = -1;
    }

    iov.iov_base = message;
    iov.iov_len = sizeof(pyexec_wire_message_t);

    memset(&header, 0, sizeof(struct msghdr));
    header.msg_iov = &iov;
    header.msg_iovlen = 1;
    header.msg_control = control.space;
    header.msg_controllen = sizeof(control.space);

    do {
        n = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
    } while (n == -1 && errno == EINTR);

    if (n <= 0) {
        return (int) n;
    }

    nfds = pyexec_wire_take_fds(&header, fds);

    if (n == sizeof(pyexec_wire_message_t)
        && !(header.msg_flags & (MSG_TRUNC|MSG_CTRUNC))
        && nfds == (message->type == PYEXEC_WIRE_SPAWN ? PYEXEC_WIRE_NFDS : 0))
    {
        return 1;
    }

    for (i = 0; i < nfds; i++) {
        close(fds[i]);
        fds[i] = -1;
    }

    errno = EBADMSG;
    return -1;
}


static size_t
pyexec_wire_take_fds(struct msghdr *header, int fds[PYEXEC_WIRE_NFDS])
{
    size_t           nfds;
    struct cmsghdr  *cmsg;

    cmsg = CMSG_FIRSTHDR(header);

    if (cmsg == NULL
        || cmsg->cmsg_level != SOL_SOCKET
        || cmsg->cmsg_type != SCM_RIGHTS)
    {
        return 0;
    }

    /* the control buffer has no room for more than PYEXEC_WIRE_NFDS */

    nfds = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(fds, CMSG_DATA(cmsg), nfds * sizeof(int));

    return nfds;
}
