#include <errno.h>

#include "filter_calls.h"


#define ALWAYS     0
#define PROCESSES  PYEXEC_FILTER_PROCESSES
#define NETWORK    PYEXEC_FILTER_NETWORK
#define SCRATCH    PYEXEC_FILTER_SCRATCH
#define SIGNALS    PYEXEC_FILTER_SIGNALS

#define ALLOW    SCMP_ACT_ALLOW
#define KILL     SCMP_ACT_KILL_PROCESS
#define MISSING  SCMP_ACT_ERRNO(ENOSYS)

#define CALL(name)  SCMP_SYS(name)


/*
 * Not in any table, so EPERM:
 *
 * - setuid() and its kind, capset(): there is no other identity to take, and
 *   should a layer before this one have left one, it is not to be taken;
 * - unshare(), setns(), chroot(), settimeofday(), sethostname() and their
 *   kind: they do not kill since Python's own library offers them;
 * - memfd_create(), SysV IPC and POSIX message queues: memory that neither
 *   RLIMIT_AS nor the size of the scratch directory bounds, and without an
 *   IPC namespace a way to other processes;
 * - setxattr(): memory of the file system's that nothing bounds either;
 * - sync() and syncfs(): they make all of the machine write;
 * - name_to_handle_at(), vmsplice(), tee(), POSIX AIO and what else honest
 *   programs try, but hardly need;
 * - move_pages(), process_madvise() and their kind: the memory of others.
 */


/* Files that are there, and descriptors. */

static const int pyexec_filter_files[] = {
    CALL(read), CALL(write), CALL(readv), CALL(writev),
    CALL(pread64), CALL(pwrite64), CALL(preadv), CALL(pwritev),
    CALL(preadv2), CALL(pwritev2), CALL(lseek),
    CALL(sendfile), CALL(copy_file_range), CALL(splice),
    CALL(close), CALL(close_range), CALL(dup), CALL(dup2), CALL(dup3),
    CALL(pipe), CALL(pipe2),
    CALL(stat), CALL(fstat), CALL(lstat), CALL(newfstatat), CALL(statx),
    CALL(statfs), CALL(fstatfs),
    CALL(access), CALL(faccessat), CALL(faccessat2),
    CALL(readlink), CALL(readlinkat), CALL(getdents), CALL(getdents64),
    CALL(getcwd), CALL(chdir), CALL(fchdir), CALL(umask),
    CALL(getxattr), CALL(lgetxattr), CALL(fgetxattr),
    CALL(listxattr), CALL(llistxattr), CALL(flistxattr),
    CALL(fadvise64), CALL(readahead),
    CALL(fsync), CALL(fdatasync), CALL(sync_file_range),

    /* Landlock and the read-only view say where. */
    CALL(creat), CALL(mkdir), CALL(mkdirat), CALL(mknod), CALL(mknodat),
    CALL(link), CALL(linkat), CALL(symlink), CALL(symlinkat),
    CALL(rename), CALL(renameat), CALL(renameat2),
    CALL(unlink), CALL(unlinkat), CALL(rmdir),
    CALL(ftruncate), CALL(fallocate),
};

/*
 * Landlock knows nothing of these, truncate() before Linux 6.2: without a
 * read-only view they change whatever the worker's user owns.  Locks on files
 * that all runs see would be a channel between them.
 */
static const int pyexec_filter_scratch[] = {
    CALL(open), CALL(openat), CALL(truncate),
    CALL(chmod), CALL(fchmod), CALL(fchmodat),
    CALL(chown), CALL(lchown), CALL(fchown), CALL(fchownat),
    CALL(utime), CALL(utimes), CALL(futimesat), CALL(utimensat),
    CALL(flock),
};

static const int pyexec_filter_events[] = {
    CALL(poll), CALL(ppoll), CALL(select), CALL(pselect6),
    CALL(epoll_create), CALL(epoll_create1), CALL(epoll_ctl),
    CALL(epoll_wait), CALL(epoll_pwait), CALL(epoll_pwait2),
    CALL(eventfd), CALL(eventfd2), CALL(signalfd), CALL(signalfd4),
    CALL(timerfd_create), CALL(timerfd_settime), CALL(timerfd_gettime),
    CALL(inotify_init), CALL(inotify_init1), CALL(inotify_add_watch),
    CALL(inotify_rm_watch),
};

static const int pyexec_filter_memory[] = {
    CALL(brk), CALL(mmap), CALL(munmap), CALL(mremap), CALL(mprotect),
    CALL(madvise), CALL(mincore), CALL(msync),
    CALL(mlock), CALL(mlock2), CALL(mlockall), CALL(munlock),
    CALL(munlockall),
    CALL(pkey_alloc), CALL(pkey_free), CALL(pkey_mprotect),
    CALL(get_mempolicy), CALL(set_mempolicy), CALL(mbind),
};

static const int pyexec_filter_threads[] = {
    CALL(futex), CALL(futex_waitv), CALL(membarrier), CALL(rseq),
    CALL(set_robust_list), CALL(set_tid_address), CALL(gettid),
    CALL(exit), CALL(exit_group), CALL(restart_syscall), CALL(getcpu),
    CALL(sched_yield), CALL(sched_getaffinity), CALL(sched_getattr),
    CALL(sched_getparam), CALL(sched_getscheduler),
    CALL(sched_get_priority_max), CALL(sched_get_priority_min),
    CALL(sched_rr_get_interval),
};

static const int pyexec_filter_time[] = {
    CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn),
    CALL(rt_sigpending), CALL(rt_sigsuspend), CALL(rt_sigtimedwait),
    CALL(sigaltstack), CALL(pause),
    CALL(alarm), CALL(getitimer), CALL(setitimer),
    CALL(timer_create), CALL(timer_settime), CALL(timer_gettime),
    CALL(timer_getoverrun), CALL(timer_delete),
    CALL(time), CALL(times), CALL(gettimeofday), CALL(clock_gettime),
    CALL(clock_getres), CALL(clock_nanosleep), CALL(nanosleep),
};

/* setpgid() and setsid() reach no further than the run's own session. */

static const int pyexec_filter_identity[] = {
    CALL(getpid), CALL(getppid), CALL(getpgid), CALL(getpgrp), CALL(getsid),
    CALL(setpgid), CALL(setsid),
    CALL(getuid), CALL(geteuid), CALL(getgid), CALL(getegid),
    CALL(getresuid), CALL(getresgid), CALL(getgroups), CALL(capget),
    CALL(getrlimit), CALL(setrlimit), CALL(getrusage),
    CALL(getpriority), CALL(ioprio_get),
    CALL(uname), CALL(sysinfo), CALL(getrandom),
    CALL(wait4), CALL(waitid), CALL(pidfd_open),
};

/* What can be done with the two ends of a socketpair(). */

static const int pyexec_filter_sockets[] = {
    CALL(sendto), CALL(sendmsg), CALL(sendmmsg),
    CALL(recvfrom), CALL(recvmsg), CALL(recvmmsg),
    CALL(shutdown), CALL(getsockname), CALL(getpeername), CALL(getsockopt),
};

static const int pyexec_filter_network[] = {
    CALL(bind), CALL(connect), CALL(listen), CALL(accept), CALL(accept4),
};

static const int pyexec_filter_processes[] = {
    CALL(fork), CALL(vfork), CALL(execve), CALL(execveat),
};

static const int pyexec_filter_signals[] = {
    CALL(kill), CALL(tkill), CALL(tgkill),
    CALL(rt_sigqueueinfo), CALL(rt_tgsigqueueinfo), CALL(pidfd_send_signal),
    CALL(setpriority), CALL(ioprio_set), CALL(prlimit64),
    CALL(sched_setaffinity), CALL(sched_setparam), CALL(sched_setscheduler),
};

/*
 * What honest programs try and do without where it is missing, which EPERM
 * would not tell them.  The arguments of the first two lie in memory, where a
 * filter cannot look.  io_uring would pass by this filter altogether, and a
 * run needs no sandbox inside its own: these open much of the kernel.
 */
static const int pyexec_filter_missing[] = {
    CALL(clone3), CALL(openat2),
    CALL(io_uring_setup), CALL(io_uring_enter), CALL(io_uring_register),
    CALL(seccomp), CALL(landlock_create_ruleset), CALL(landlock_add_rule),
    CALL(landlock_restrict_self),
};

static const int pyexec_filter_attacks[] = {
    /* The memory and the descriptors of other processes. */
    CALL(ptrace), CALL(process_vm_readv), CALL(process_vm_writev),
    CALL(pidfd_getfd), CALL(kcmp),

    /* Programs in the kernel, and tools of its exploits. */
    CALL(bpf), CALL(perf_event_open), CALL(userfaultfd),
    CALL(modify_ldt), CALL(lookup_dcookie),

    /* Keyrings: namespaces leave them shared between runs. */
    CALL(add_key), CALL(request_key), CALL(keyctl),

    /* The file system that a run sees, and files by number, not by path. */
    CALL(mount), CALL(umount2), CALL(pivot_root), CALL(fsopen),
    CALL(fsconfig), CALL(fsmount), CALL(fspick), CALL(open_tree),
    CALL(move_mount), CALL(mount_setattr), CALL(open_by_handle_at),
    CALL(fanotify_init), CALL(fanotify_mark),

    /* The machine. */
    CALL(init_module), CALL(finit_module), CALL(delete_module),
    CALL(kexec_load), CALL(kexec_file_load), CALL(reboot),
    CALL(swapon), CALL(swapoff), CALL(quotactl), CALL(quotactl_fd),
    CALL(acct), CALL(iopl), CALL(ioperm),
};


#define GROUP(when, action, calls)                                           \
    { when, action, calls, sizeof(calls) / sizeof(calls[0]) }

const pyexec_filter_group_t pyexec_filter_groups[] = {
    GROUP(ALWAYS, ALLOW, pyexec_filter_files),
    GROUP(SCRATCH, ALLOW, pyexec_filter_scratch),
    GROUP(ALWAYS, ALLOW, pyexec_filter_events),
    GROUP(ALWAYS, ALLOW, pyexec_filter_memory),
    GROUP(ALWAYS, ALLOW, pyexec_filter_threads),
    GROUP(ALWAYS, ALLOW, pyexec_filter_time),
    GROUP(ALWAYS, ALLOW, pyexec_filter_identity),
    GROUP(ALWAYS, ALLOW, pyexec_filter_sockets),
    GROUP(NETWORK, ALLOW, pyexec_filter_network),
    GROUP(PROCESSES, ALLOW, pyexec_filter_processes),
    GROUP(SIGNALS, ALLOW, pyexec_filter_signals),
    GROUP(ALWAYS, MISSING, pyexec_filter_missing),
    GROUP(ALWAYS, KILL, pyexec_filter_attacks),
};

const size_t pyexec_filter_ngroups = sizeof(pyexec_filter_groups)
                                     / sizeof(pyexec_filter_groups[0]);
