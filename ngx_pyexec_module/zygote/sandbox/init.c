#define _GNU_SOURCE

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "figures.h"
#include "init.h"
#include "rawcall.h"


/* The second process of a namespace always has this id. */
#define PYEXEC_INIT_RUN  2


static int pyexec_init_wait(pyexec_init_t *init);
static void pyexec_init_clear(void);
static int pyexec_init_is_first(void);
static void pyexec_init_tell(pyexec_init_t *init);
static void pyexec_init_send(int control, pyexec_wire_message_t *message);


void
pyexec_init(pyexec_init_t *init)
{
    if (!pyexec_init_wait(init)) {
        pyexec_init_tell(init);
    }

    for ( ;; ) {
        (void) pyexec_rawcall(SYS_exit_group, EXIT_SUCCESS, 0, 0, 0);
    }
}


/* Until nothing is left; whether the end has been told by then. */

static int
pyexec_init_wait(pyexec_init_t *init)
{
    int           flags = __WALL|WUNTRACED, status, told = 0;
    long          pid;
    struct rusage usage;

    for ( ;; ) {
        pid = pyexec_rawcall(SYS_wait4, -1, (long) &status, flags,
                             (long) &usage);

        if (pid < 0) {
            return told;
        }

        if (pid == 0) {
            pyexec_init_clear();
            flags = __WALL;
            continue;
        }

        if (WIFSTOPPED(status)) {

            /* Whatever it meant to do after it has said so, it does not. */

            if (pid == init->pid && init->note.result->finished) {
                status = W_EXITCODE(init->note.result->status & 0xff, 0);

                pyexec_figures_add(&init->end, &usage);
                pyexec_figures_end(&init->end, init->run, status);
                pyexec_init_tell(init);

                (void) pyexec_rawcall(SYS_kill, pid, SIGKILL, 0, 0);
                told = 1;
            }

            continue;
        }

        if (!told) {
            pyexec_figures_add(&init->end, &usage);
        }

        if (pid == init->pid) {
            if (!told) {
                pyexec_figures_end(&init->end, init->run, status);
            }

            flags = __WALL|WNOHANG;
        }
    }
}


/* What a run left behind goes with it: to process 1, -1 is all of that. */

static void
pyexec_init_clear(void)
{
    if (pyexec_init_is_first()) {
        (void) pyexec_rawcall(SYS_kill, -1, SIGKILL, 0, 0);
    }
}


/* A test may take its namespace away, and -1 would be the machine. */

static int
pyexec_init_is_first(void)
{
    return pyexec_rawcall(SYS_getpid, 0, 0, 0, 0) == 1;
}


static void
pyexec_init_tell(pyexec_init_t *init)
{
    pyexec_figures_why(&init->end, &init->note, &init->cgroup);

    if (init->control != -1) {
        pyexec_init_send(init->control, &init->end);
    }

    __atomic_store_n(&init->ended, 1, __ATOMIC_RELEASE);
}


/* What pyexec_wire_send() does, without errno. */

static void
pyexec_init_send(int control, pyexec_wire_message_t *message)
{
    struct iovec  iov = { message, sizeof(pyexec_wire_message_t) };
    struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };

    while (pyexec_rawcall(SYS_sendmsg, control, (long) &header, MSG_NOSIGNAL,
                          0)
           == -EINTR) { }
}


/* Who sends it from outside of the namespace has no process id here. */

void
pyexec_init_kill(int signal, siginfo_t *info, void *context)
{
    (void) signal;
    (void) context;

    if (info->si_code == SI_USER && info->si_pid == 0
        && pyexec_init_is_first())
    {
        (void) pyexec_rawcall(SYS_kill, PYEXEC_INIT_RUN, SIGKILL, 0, 0);
    }
}
