#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capabilities.h"
#include "cgroup.h"
#include "isolation.h"
#include "nest.h"
#include "rawcall.h"
#include "view.h"
#include "without.h"


#define PYEXEC_NEST_STACK  65536

/* Pages that it needs to wait for the run; a page is no larger than that. */
#define PYEXEC_NEST_USED   2
#define PYEXEC_NEST_PAGE   4096

/* Of a scratch space: an inode for so many bytes, and those of any. */
#define PYEXEC_NEST_INODE       4096
#define PYEXEC_NEST_INODES_MIN  16

/*
 * Asks process 1 to kill the run, whose process id is always the same there.
 * Were process 1 killed, nobody would know what the run has used.
 */
#define PYEXEC_NEST_KILL  SIGUSR1
#define PYEXEC_NEST_RUN   2

/* A process 1 that says nothing for so long may be dead, nanoseconds. */
#define PYEXEC_NEST_PATIENCE  100000000


enum {
    PYEXEC_NEST_STARTING,
    PYEXEC_NEST_FORKED,
    PYEXEC_NEST_FAILED
};


/*
 * Process 1 has the memory of the zygote: there is nothing to copy, and no
 * second interpreter.  While it makes the namespaces and forks the run, the
 * zygote waits; from then on it touches this structure, on top of its own
 * stack, and nothing else.
 */
struct pyexec_nest_s {
    uint32_t               run;
    int                    control;
    uid_t                  uid;
    gid_t                  gid;
    pyexec_report_t        report;
    pyexec_cgroup_run_t    cgroup;      /* of the run, or of -1s */
    int                    script;

    int                    state;       /* a futex */
    int                    error;
    const char            *step;
    jmp_buf                zygote;      /* where the run continues */

    int                    ended;
    pyexec_wire_message_t  end;
};


/* The stack below it stays aligned. */
#define PYEXEC_NEST_SIZE  ((sizeof(pyexec_nest_t) + 63) & ~(size_t) 63)


static int pyexec_nest_flags(void);
static int pyexec_nest_wait(pyexec_nest_t *nest, pid_t pid);
static int pyexec_nest_main(void *data);
static void pyexec_nest_close(int one, int two);
static void pyexec_nest_settle(pyexec_nest_t *nest);
static void pyexec_nest_kill_handler(int signal, siginfo_t *info,
    void *context);
static void pyexec_nest_tell(pyexec_nest_t *nest, int state);
static int pyexec_nest_enter(pyexec_nest_t *nest);
static int pyexec_nest_identity(const pyexec_nest_t *nest);
static int pyexec_nest_map(const char *file, unsigned id);
static int pyexec_nest_script(pyexec_nest_t *nest);
static int pyexec_nest_scratch(void);
static int pyexec_nest_proc(void);
static void pyexec_nest_reap(pyexec_nest_t *nest, pid_t run);
static void pyexec_nest_use(pyexec_wire_message_t *end,
    const struct rusage *usage);
static void pyexec_nest_end(pyexec_nest_t *nest, int status);
static void pyexec_nest_report(pyexec_nest_t *nest);


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
    const pyexec_report_t *report, const pyexec_cgroup_run_t *cgroup,
    int *script, const char **step)
{
    pid_t    pid;
    sigset_t all, mask;

    memset(nest, 0, sizeof(pyexec_nest_t));
    nest->run = run;
    nest->uid = geteuid();
    nest->gid = getegid();
    nest->control = control;
    nest->report = *report;
    nest->cgroup = *cgroup;
    nest->script = -1;
    nest->step = "clone";

    /* A handler of the zygote's would run in process 1, in its memory. */

    sigfillset(&all);

    if (sigprocmask(SIG_SETMASK, &all, &mask) == -1) {
        *step = "sigprocmask";
        return -1;
    }

    if (_setjmp(nest->zygote) != 0) {
        /* The run: it has left the stack of process 1 for a copy of ours. */
        *script = nest->script;
        return 0;
    }

    pid = clone(pyexec_nest_main, nest, pyexec_nest_flags(), nest);

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


static int
pyexec_nest_flags(void)
{
    int flags;

    flags = CLONE_VM|SIGCHLD;

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

    if (pyexec_nest_enter(nest) == -1) {
        nest->error = errno;
        pyexec_nest_tell(nest, PYEXEC_NEST_FAILED);
        _exit(EXIT_FAILURE);
    }

    nest->step = "fork";

    pid = nest->cgroup.directory == -1 ? fork()
                                       : pyexec_cgroup_fork(&nest->cgroup);

    if (pid == 0) {
        _longjmp(nest->zygote, 1);
    }

    if (pid == -1) {
        nest->error = errno;
        pyexec_nest_tell(nest, PYEXEC_NEST_FAILED);
        _exit(EXIT_FAILURE);
    }

    /* The run's ends of its pipes are the run's. */

    pyexec_nest_close(nest->control, nest->cgroup.events);

    pyexec_nest_settle(nest);

    pyexec_nest_tell(nest, PYEXEC_NEST_FORKED);

    pyexec_nest_reap(nest, pid);

    _exit(EXIT_SUCCESS);
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
    struct sigaction action = { .sa_sigaction = pyexec_nest_kill_handler };

    (void) madvise((char *) nest + PYEXEC_NEST_SIZE - PYEXEC_NEST_STACK,
                   PYEXEC_NEST_STACK, MADV_DONTFORK);

    sigemptyset(&set);
    sigaddset(&set, PYEXEC_NEST_KILL);

    action.sa_flags = SA_RESTART|SA_SIGINFO;

    (void) sigaction(PYEXEC_NEST_KILL, &action, NULL);
    (void) sigprocmask(SIG_UNBLOCK, &set, NULL);

    for (i = 1; i <= PYEXEC_NEST_USED; i++) {
        page = (char *) nest + PYEXEC_NEST_SIZE - i * PYEXEC_NEST_PAGE;
        *page = *page;
    }

    pyexec_report_touch(&nest->report);
}


/*
 * In process 1; who sends it from outside of the namespace has no process id
 * here.  errno is the zygote's.
 */

static void
pyexec_nest_kill_handler(int signal, siginfo_t *info, void *context)
{
    (void) signal;
    (void) context;

    if (info->si_code == SI_USER && info->si_pid == 0
        && pyexec_rawcall(SYS_getpid, 0, 0, 0, 0) == 1)
    {
        (void) pyexec_rawcall(SYS_kill, PYEXEC_NEST_RUN, SIGKILL, 0, 0);
    }
}


void
pyexec_nest_kill(pid_t pid)
{
    (void) kill(pid, pyexec_without("pid") ? SIGKILL : PYEXEC_NEST_KILL);
}


static void
pyexec_nest_tell(pyexec_nest_t *nest, int state)
{
    __atomic_store_n(&nest->state, state, __ATOMIC_RELEASE);

    (void) pyexec_rawcall(SYS_futex, (long) &nest->state, FUTEX_WAKE_PRIVATE,
                          1, 0);
}


static int
pyexec_nest_enter(pyexec_nest_t *nest)
{
    if (!pyexec_without("userns") && pyexec_nest_identity(nest) == -1) {
        nest->step = "the map of user ids";
        return -1;
    }

    if (pyexec_without("mount") || pyexec_without("view")) {
        /* Nothing can be mounted, or there is no place for it. */
        nest->step = "/dev/null";
        nest->script = open("/dev/null", O_WRONLY|O_CLOEXEC);

        return nest->script == -1 ? -1 : pyexec_capabilities_drop();
    }

    nest->step = "mount of the script";

    if (pyexec_nest_script(nest) == -1) {
        return -1;
    }

    nest->step = "mount of the scratch space";

    if (pyexec_isolation.scratch && pyexec_nest_scratch() == -1) {
        return -1;
    }

    nest->step = "mount of /proc";

    if (!pyexec_without("proc") && pyexec_nest_proc() == -1) {
        return -1;
    }

    nest->step = "chdir";

    if (chdir(pyexec_isolation.scratch ? PYEXEC_VIEW_SCRATCH
                                       : PYEXEC_VIEW_SCRIPT)
        == -1)
    {
        return -1;
    }

    nest->step = "capset";

    return pyexec_without("caps") ? 0 : pyexec_capabilities_drop();
}


/* It keeps the ids that the zygote has. */

static int
pyexec_nest_identity(const pyexec_nest_t *nest)
{
    int rc, error;

    /* The files of a process that is not dumpable belong to root. */

    (void) prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);

    rc = pyexec_nest_map("/proc/self/uid_map", nest->uid) == -1
         || pyexec_nest_map("/proc/self/gid_map", nest->gid) == -1 ? -1 : 0;
    error = errno;

    if (!pyexec_without("dumpable")) {
        (void) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    }

    errno = error;

    return rc;
}


static int
pyexec_nest_map(const char *file, unsigned id)
{
    int     fd, len;
    char    line[64];
    ssize_t n;

    fd = open(file, O_WRONLY|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    len = snprintf(line, sizeof(line), "%u %u 1\n", id, id);
    n = write(fd, line, len);
    (void) close(fd);

    return n == len ? 0 : -1;
}


/*
 * A directory for one file.  The program is written to it when there is one;
 * by then no other file can be opened for writing.
 */

static int
pyexec_nest_script(pyexec_nest_t *nest)
{
    if (mount("script", PYEXEC_VIEW_SCRIPT, "tmpfs",
              MS_NOSUID|MS_NODEV|MS_NOEXEC, "mode=0555,nr_inodes=2")
        == -1)
    {
        return -1;
    }

    nest->script = open(PYEXEC_VIEW_SCRIPT "/main.py",
                        O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0444);

    return nest->script == -1 ? -1 : 0;
}


static int
pyexec_nest_scratch(void)
{
    char     options[96];
    uint64_t size = pyexec_isolation.scratch;

    snprintf(options, sizeof(options), "mode=0700,size=%llu,nr_inodes=%llu",
             (unsigned long long) size,
             (unsigned long long) (size / PYEXEC_NEST_INODE
                                   + PYEXEC_NEST_INODES_MIN));

    return mount("scratch", PYEXEC_VIEW_SCRATCH, "tmpfs", MS_NOSUID|MS_NODEV,
                 options);
}


/*
 * Where something of the host's /proc is covered, as in many containers, a
 * new one is not to be had: none is better than the host's.
 */

static int
pyexec_nest_proc(void)
{
    unsigned long flags = MS_NOSUID|MS_NODEV|MS_NOEXEC;

    if (mount("proc", "/proc", "proc", flags,
              "subset=pid,hidepid=ptraceable")
        == 0)
    {
        return 0;
    }

    return mount(PYEXEC_VIEW_EMPTY, "/proc", NULL, MS_BIND, NULL);
}


/*
 * Waits for the run, tells of its end and goes on until everything is gone
 * that it has left behind.
 */

static void
pyexec_nest_reap(pyexec_nest_t *nest, pid_t run)
{
    int           flags = __WALL|WUNTRACED, status, told = 0;
    long          pid;
    struct rusage usage;

    for ( ;; ) {
        pid = pyexec_rawcall(SYS_wait4, -1, (long) &status, flags,
                             (long) &usage);

        if (pid < 0) {
            break;
        }

        if (pid == 0) {
            /* What it left behind goes with it: here, -1 is all of that. */
            if (pyexec_rawcall(SYS_getpid, 0, 0, 0, 0) == 1) {
                (void) pyexec_rawcall(SYS_kill, -1, SIGKILL, 0, 0);
            }

            flags = __WALL;
            continue;
        }

        if (WIFSTOPPED(status)) {

            /* Whatever it meant to do after it has said so, it does not. */

            if (pid == run && nest->report.result->finished) {
                pyexec_nest_use(&nest->end, &usage);
                pyexec_nest_end(nest,
                                W_EXITCODE(nest->report.result->status & 0xff,
                                           0));
                pyexec_nest_report(nest);

                (void) pyexec_rawcall(SYS_kill, pid, SIGKILL, 0, 0);
                told = 1;
            }

            continue;
        }

        if (!told) {
            pyexec_nest_use(&nest->end, &usage);
        }

        if (pid == run) {
            if (!told) {
                pyexec_nest_end(nest, status);
            }

            flags = __WALL|WNOHANG;
        }
    }

    if (!told) {
        pyexec_nest_report(nest);
    }
}


/* Adds what a process has used. */

static void
pyexec_nest_use(pyexec_wire_message_t *end, const struct rusage *usage)
{
    end->cpu_time += (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec)
                     * 1000000ULL
                     + usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;

    if ((uint64_t) usage->ru_maxrss * 1024 > end->memory) {
        end->memory = usage->ru_maxrss * 1024ULL;
    }
}


static void
pyexec_nest_end(pyexec_nest_t *nest, int status)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    nest->end.type = PYEXEC_WIRE_ENDED;
    nest->end.run = nest->run;
    nest->end.ended = now.tv_sec * 1000000000ULL + now.tv_nsec;
    nest->end.status = status;
}


static void
pyexec_nest_report(pyexec_nest_t *nest)
{
    pyexec_report_apply(&nest->report, &nest->end);

    if (pyexec_cgroup_out_of_memory(&nest->cgroup)) {
        nest->end.flags |= PYEXEC_WIRE_OUT_OF_MEMORY;
    }

    if (nest->control != -1) {
        (void) pyexec_wire_send(nest->control, &nest->end, NULL, 0);
    }

    __atomic_store_n(&nest->ended, 1, __ATOMIC_RELEASE);
}


int
pyexec_nest_ended(const pyexec_nest_t *nest, pyexec_wire_message_t *end)
{
    *end = nest->end;

    return __atomic_load_n(&nest->ended, __ATOMIC_ACQUIRE);
}
