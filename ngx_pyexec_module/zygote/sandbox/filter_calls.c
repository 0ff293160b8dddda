#include <errno.h>

#include "filter_calls.h"


#define ALWAYS      0
#define PROCESSES   PYEXEC_FILTER_PROCESSES
#define NETWORK     PYEXEC_FILTER_NETWORK
#define SCRATCH     PYEXEC_FILTER_SCRATCH
#define SIGNALS     PYEXEC_FILTER_SIGNALS
#define NO_SIGNALS  PYEXEC_FILTER_NO_SIGNALS

#define ALLOW    SCMP_ACT_ALLOW
#define REFUSE   SCMP_ACT_ERRNO(EPERM)
#define MISSING  SCMP_ACT_ERRNO(ENOSYS)
#define KILL     SCMP_ACT_KILL_PROCESS

#define CALL(name)  SCMP_SYS(name)


/*
 * Not in any table, so EPERM:
 *
 * - memfd_create(), SysV IPC and POSIX message queues: memory that neither
 *   RLIMIT_AS nor the size of the scratch directory bounds, and without an
 *   IPC namespace a way to other processes;
 * - setxattr(): memory of the file system's that nothing bounds either;
 * - inotify: it tells what other runs, and the host, do with shared files;
 * - sync() and syncfs(): they make all of the machine write;
 * - chroot(), settimeofday() and their kind: the kernel, too, would refuse,
 *   and they do not kill since Python's own library offers them;
 * - name_to_handle_at(), vmsplice(), tee(), io_setup() and what else honest
 *   programs may try, but hardly need;
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

/*
 * Without inotify: a watch on a file that all runs see tells of every other
 * process that opens it, one of the host, too.
 */
static const int pyexec_filter_events[] = {
    CALL(poll), CALL(ppoll), CALL(select), CALL(pselect6),
    CALL(epoll_create), CALL(epoll_create1), CALL(epoll_ctl),
    CALL(epoll_wait), CALL(epoll_pwait), CALL(epoll_pwait2),
    CALL(eventfd), CALL(eventfd2), CALL(signalfd), CALL(signalfd4),
    CALL(timerfd_create), CALL(timerfd_settime), CALL(timerfd_gettime),
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

/* Of other processes, too; pidfd_send_signal() names them its own way. */

static const int pyexec_filter_signals[] = {
    CALL(kill), CALL(tkill), CALL(tgkill),
    CALL(rt_sigqueueinfo), CALL(rt_tgsigqueueinfo), CALL(pidfd_send_signal),
};

static const int pyexec_filter_pidfd_signals[] = {
    CALL(pidfd_send_signal),
};

static const int pyexec_filter_others[] = {
    CALL(setpriority), CALL(ioprio_set), CALL(prlimit64),
    CALL(sched_setaffinity), CALL(sched_setparam), CALL(sched_setscheduler),
};

/*
 * What honest programs try and do without where it is missing, which EPERM
 * would not tell them.  The arguments of openat2() lie in memory, where a
 * filter cannot look; io_uring would pass by the filter altogether.
 */
static const int pyexec_filter_missing[] = {
    CALL(openat2),
    CALL(io_uring_setup), CALL(io_uring_enter), CALL(io_uring_register),
};

/*
 * The next three are the zygote's, and not a run's.  clone3() has arguments
 * in memory, too, and the C library then uses clone(); a run needs no sandbox
 * inside its own, and these open much of the kernel.
 */
static const int pyexec_filter_zygote_missing[] = {
    CALL(clone3),
    CALL(seccomp), CALL(landlock_create_ruleset), CALL(landlock_add_rule),
    CALL(landlock_restrict_self),
};

/*
 * There is no other identity to take, and should a layer before this one have
 * left one, it is not to be taken.  Python's own library offers most of these,
 * so they do not kill.
 */
static const int pyexec_filter_zygote_refused[] = {
    CALL(unshare), CALL(setns), CALL(sethostname), CALL(setgroups),
    CALL(setresuid), CALL(setresgid), CALL(capset),
};

/* The file system that a run sees. */

static const int pyexec_filter_zygote_attacks[] = {
    CALL(mount), CALL(umount2), CALL(pivot_root), CALL(fsopen),
    CALL(fsconfig), CALL(fsmount), CALL(open_tree), CALL(move_mount),
    CALL(mount_setattr),
};

static const int pyexec_filter_clone[] = {
    CALL(clone),
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

    /* Mounts, and files that are named by a number. */
    CALL(fspick), CALL(open_by_handle_at),
    CALL(fanotify_init), CALL(fanotify_mark),

    /* The machine. */
    CALL(init_module), CALL(finit_module), CALL(delete_module),
    CALL(kexec_load), CALL(kexec_file_load), CALL(reboot),
    CALL(swapon), CALL(swapoff), CALL(quotactl), CALL(quotactl_fd),
    CALL(acct), CALL(iopl), CALL(ioperm),
};


#define GROUP(program, when, action, calls)                                  \
    { PYEXEC_FILTER_##program, when, action, pyexec_filter_##calls,          \
      sizeof(pyexec_filter_##calls) / sizeof(pyexec_filter_##calls[0]) }

const pyexec_filter_group_t pyexec_filter_groups[] = {
    GROUP(BASE, ALWAYS, ALLOW, files),
    GROUP(BASE, SCRATCH, ALLOW, scratch),
    GROUP(BASE, ALWAYS, ALLOW, events),
    GROUP(BASE, ALWAYS, ALLOW, memory),
    GROUP(BASE, ALWAYS, ALLOW, threads),
    GROUP(BASE, ALWAYS, ALLOW, time),
    GROUP(BASE, ALWAYS, ALLOW, identity),
    GROUP(BASE, ALWAYS, ALLOW, sockets),
    GROUP(BASE, NETWORK, ALLOW, network),
    GROUP(BASE, PROCESSES, ALLOW, processes),
    GROUP(BASE, SIGNALS, ALLOW, others),
    GROUP(BASE, ALWAYS, MISSING, missing),
    GROUP(BASE, ALWAYS, KILL, attacks),

    GROUP(BASE, ALWAYS, ALLOW, clone),
    GROUP(BASE, ALWAYS, ALLOW, signals),
    GROUP(RUN, NO_SIGNALS, REFUSE, pidfd_signals),
    GROUP(BASE, ALWAYS, ALLOW, zygote_missing),
    GROUP(RUN, ALWAYS, MISSING, zygote_missing),
    GROUP(BASE, ALWAYS, ALLOW, zygote_refused),
    GROUP(RUN, ALWAYS, REFUSE, zygote_refused),
    GROUP(BASE, ALWAYS, ALLOW, zygote_attacks),
    GROUP(RUN, ALWAYS, KILL, zygote_attacks),
};

const size_t pyexec_filter_ngroups = sizeof(pyexec_filter_groups)
                                     / sizeof(pyexec_filter_groups[0]);
