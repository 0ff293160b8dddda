#define _GNU_SOURCE

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgroup_runs.h"
#include "init.h"
#include "nest.h"
#include "rawcall.h"
#include "space.h"
#include "without.h"


/*
 * Room for the deepest that process 1 comes to, which is snprintf() for the
 * options of a mount; what it does not use takes no memory.
 */
#define PYEXEC_NEST_STACK  65536

/* Pages that it needs to wait for the run, and how large one is at least. */
#define PYEXEC_NEST_USED   2
#define PYEXEC_NEST_PAGE   4096

/*
 * A process 1 that says nothing for so long may be dead, nanoseconds: far
 * longer than it takes, and short enough for those who wait.
 */
#define PYEXEC_NEST_PATIENCE  100000000


typedef enum {
    PYEXEC_NEST_STARTING,
    PYEXEC_NEST_FORKED,
    PYEXEC_NEST_FAILED
} pyexec_nest_state_t;


/*
 * Process 1 has the memory of the zygote: there is nothing to copy, and no
 * second interpreter.  While it makes its space and forks the run, the zygote
 * waits; from then on process 1 touches "init" in this structure, on top of
 * its own stack, and nothing else.
 */
struct pyexec_nest_s {
    int             state;      /* pyexec_nest_state_t, a futex */
    int             error;
    const char     *step;
    jmp_buf         zygote;     /* where the run continues */
    pyexec_space_t  space;
    pyexec_init_t   init;
};


/* The stack below it stays aligned. */
#define PYEXEC_NEST_SIZE  ((sizeof(pyexec_nest_t) + 63) & ~(size_t) 63)


static int pyexec_nest_wait(pyexec_nest_t *nest, pid_t pid);
static int pyexec_nest_main(void *data);
static void pyexec_nest_fail(pyexec_nest_t *nest) __attribute__((noreturn));
static void pyexec_nest_close(int one, int two);
static void pyexec_nest_settle(pyexec_nest_t *nest);
static void pyexec_nest_tell(pyexec_nest_t *nest, int state);


pyexec_nest_t *
pyexec_nest_create(void)
{
    char *stack;

    stack = mmap(NULL, PYEXEC_NEST_STACK, PROT_READ|PROT_WRITE,
                 MAP_PRIVATE|MAP_ANONYMOUS|MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) {
        return NULL;
    }

    return (pyexec_nest_t *) (void *) (stack + PYEXEC_NEST_STACK
                                       - PYEXEC_NEST_SIZE);
}


void
pyexec_nest_free(pyexec_nest_t *nest)
{
    (void) munmap((char *) nest + PYEXEC_NEST_SIZE - PYEXEC_NEST_STACK,
                  PYEXEC_NEST_STACK);
}


pid_t
pyexec_nest_fork(pyexec_nest_t *nest, uint32_t run, int control,
    const pyexec_note_t *note, const pyexec_cgroup_run_t *cgroup,
    int *script, const char **step)
{
    pid_t    pid;
    sigset_t all, mask;

    memset(nest, 0, sizeof(pyexec_nest_t));
    nest->step = "clone";
    nest->space.uid = geteuid();
    nest->space.gid = getegid();
    nest->space.script = -1;
    nest->init.run = run;
    nest->init.control = control;
    nest->init.note = *note;
    nest->init.cgroup = *cgroup;

    /* A handler of the zygote's would run in process 1, in its memory. */

    sigfillset(&all);

    if (sigprocmask(SIG_SETMASK, &all, &mask) == -1) {
        *step = "sigprocmask";
        return -1;
    }

    if (_setjmp(nest->zygote) != 0) {
        /* The run: it has left the stack of process 1 for a copy of ours. */
        *script = nest->space.script;
        return 0;
    }

    pid = clone(pyexec_nest_main, nest,
                CLONE_VM|SIGCHLD|pyexec_space_flags(), nest);

    if (pid != -1 && pyexec_nest_wait(nest, pid) == -1) {
        errno = nest->error;
        pid = -1;
    }

    nest->error = errno;
    (void) sigprocmask(SIG_SETMASK, &mask, NULL);
    errno = nest->error;

    *step = nest->step;

    return pid;
}


/* Until the run is forked, or -1 when it never will be. */

static int
pyexec_nest_wait(pyexec_nest_t *nest, pid_t pid)
{
    int       state;
    siginfo_t info;

    const struct timespec patience = { 0, PYEXEC_NEST_PATIENCE };

    for ( ;; ) {
        state = __atomic_load_n(&nest->state, __ATOMIC_ACQUIRE);

        if (state != PYEXEC_NEST_STARTING) {
            break;
        }

        if (syscall(SYS_futex, &nest->state, FUTEX_WAIT_PRIVATE,
                    PYEXEC_NEST_STARTING, &patience, NULL, 0)
            == 0 || errno != ETIMEDOUT)
        {
            continue;
        }

        info.si_pid = 0;

        if (waitid(P_PID, pid, &info, WEXITED|WNOHANG|WNOWAIT) == 0
            && info.si_pid == pid)
        {
            nest->error = EAGAIN;
            break;
        }
    }

    if (state == PYEXEC_NEST_FORKED) {
        return 0;
    }

    (void) waitpid(pid, NULL, 0);

    return -1;
}


static int
pyexec_nest_main(void *data)
{
    pid_t          pid;
    pyexec_nest_t *nest = data;

    (void) prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    (void) prctl(PR_SET_NAME, "pyexec-init", 0, 0, 0);

    if (pyexec_space_enter(&nest->space, &nest->step) == -1) {
        pyexec_nest_fail(nest);
    }

    nest->step = "fork";

    pid = nest->init.cgroup.directory == -1
          ? fork() : pyexec_cgroup_fork(&nest->init.cgroup);

    if (pid == 0) {
        _longjmp(nest->zygote, 1);
    }

    if (pid == -1) {
        pyexec_nest_fail(nest);
    }

    nest->init.pid = pid;

    /* The run's ends of its pipes are the run's. */

    pyexec_nest_close(nest->init.control, nest->init.cgroup.events);

    pyexec_nest_settle(nest);

    /* With this the zygote goes on, in the same memory. */

    pyexec_nest_tell(nest, PYEXEC_NEST_FORKED);

    pyexec_init(&nest->init);
}


static void
pyexec_nest_fail(pyexec_nest_t *nest)
{
    nest->error = errno;
    pyexec_nest_tell(nest, PYEXEC_NEST_FAILED);

    _exit(EXIT_FAILURE);
}


/* All but these two, each may be -1. */

static void
pyexec_nest_close(int one, int two)
{
    int low = one < two ? one : two;
    int high = one < two ? two : one;

    if (low > 0) {
        (void) close_range(0, low - 1, 0);
    }

    if (high > low + 1) {
        (void) close_range(low + 1, high - 1, 0);
    }

    (void) close_range(high + 1, ~0U, 0);
}


/*
 * A fault waits while another run is forked, which locks the memory of the
 * zygote; the end of this run must not.  A fork would protect what is written
 * to on this stack, if it did not leave the stack out.
 */

static void
pyexec_nest_settle(pyexec_nest_t *nest)
{
    size_t           i;
    volatile char   *page;
    sigset_t         set;
    struct sigaction action = { .sa_sigaction = pyexec_init_kill };

    (void) madvise((char *) nest + PYEXEC_NEST_SIZE - PYEXEC_NEST_STACK,
                   PYEXEC_NEST_STACK, MADV_DONTFORK);

    sigemptyset(&set);
    sigaddset(&set, PYEXEC_INIT_KILL);

    action.sa_flags = SA_RESTART|SA_SIGINFO;

    (void) sigaction(PYEXEC_INIT_KILL, &action, NULL);
    (void) sigprocmask(SIG_UNBLOCK, &set, NULL);

    for (i = 1; i <= PYEXEC_NEST_USED; i++) {
        page = (char *) nest + PYEXEC_NEST_SIZE - i * PYEXEC_NEST_PAGE;
        *page = *page;
    }
}


void
pyexec_nest_kill(pid_t pid)
{
    (void) kill(pid, pyexec_without("pid") ? SIGKILL : PYEXEC_INIT_KILL);
}


static void
pyexec_nest_tell(pyexec_nest_t *nest, int state)
{
    __atomic_store_n(&nest->state, state, __ATOMIC_RELEASE);

    (void) pyexec_rawcall(SYS_futex, (long) &nest->state, FUTEX_WAKE_PRIVATE,
                          1, 0);
}


int
pyexec_nest_ended(const pyexec_nest_t *nest, pyexec_wire_message_t *end)
{
    *end = nest->init.end;

    return __atomic_load_n(&nest->init.ended, __ATOMIC_ACQUIRE);
}
