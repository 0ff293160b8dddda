#define _GNU_SOURCE

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "../wire/wire.h"
#include "children.h"
#include "runs.h"
#include "serve.h"


static int pyexec_serve_message(pyexec_runs_t *runs);


int
pyexec_serve(int control, const pyexec_main_hooks_t *hooks,
    const char **step)
{
    int                     rc, signals;
    sigset_t                set;
    struct pollfd           fds[2];
    struct signalfd_siginfo info;
    pyexec_runs_t           runs = { .control = control, .hooks = hooks };
    pyexec_wire_message_t   ready = { .type = PYEXEC_WIRE_READY };

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);

    *step = "signalfd";

    if (sigprocmask(SIG_BLOCK, &set, &runs.mask) == -1) {
        return -1;
    }

    signals = signalfd(-1, &set, SFD_CLOEXEC|SFD_NONBLOCK);
    if (signals == -1) {
        return -1;
    }

    *step = "the list of children";

    if (pyexec_children_kill(NULL) == -1) {
        return -1;
    }

    *step = "the control socket";

    if (pyexec_wire_send(control, &ready, NULL, 0) == -1) {
        return -1;
    }

    fds[0].fd = control;
    fds[0].events = POLLIN;
    fds[1].fd = signals;
    fds[1].events = POLLIN;

    do {
        if (poll(fds, 2, -1) == -1) {
            if (errno == EINTR) {
                rc = 1;
                continue;
            }
            *step = "poll";
            return -1;
        }

        rc = 1;

        if (fds[1].revents) {
            while (read(signals, &info, sizeof(info)) > 0) { }

            if (pyexec_runs_reap(&runs) == -1) {
                rc = -1;
            }
        }

        if (rc == 1 && fds[0].revents) {
            rc = pyexec_serve_message(&runs);
        }

    } while (rc == 1);

    /* A worker that died resets the connection: that is its end, too. */
    if (rc == -1 && errno != ECONNRESET && errno != EPIPE) {
        return -1;
    }

    pyexec_children_end();

    return 0;
}


/* As pyexec_wire_recv() does, returns 1, 0 at end of file, or -1. */

static int
pyexec_serve_message(pyexec_runs_t *runs)
{
    int                   rc, fds[PYEXEC_WIRE_NFDS];
    pyexec_wire_message_t message;

    rc = pyexec_wire_recv(runs->control, &message, fds);
    if (rc != 1) {
        return rc;
    }

    switch (message.type) {

    case PYEXEC_WIRE_SPAWN:
        return pyexec_runs_spawn(runs, message.run, fds) == -1 ? -1 : 1;

    case PYEXEC_WIRE_KILL:
        pyexec_runs_kill(runs, message.run);
        return 1;

    default:
        errno = EBADMSG;
        return -1;
    }
}
