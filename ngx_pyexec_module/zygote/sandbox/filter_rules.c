#define _GNU_SOURCE

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/prctl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "filter_calls.h"


/* What headers older than the kernel may lack. */

#ifndef PR_SET_VMA
#define PR_SET_VMA  0x53564d41
#endif

#define ARCH_SET_GS             0x1001
#define ARCH_SET_FS             0x1002
#define ARCH_GET_FS             0x1003
#define ARCH_GET_GS             0x1004
#define ARCH_GET_XCOMP_SUPP     0x1021
#define ARCH_GET_XCOMP_PERM     0x1022
#define ARCH_REQ_XCOMP_PERM     0x1023

#define IOPRIO_WHO_PROCESS      1
#define PERSONALITY_QUERY       0xffffffff
#define SOCKET_TYPE_MASK        0xf
#define NETFILTER_OPTIONS       64


#define ALWAYS        0
#define NO_PROCESSES  PYEXEC_FILTER_NO_PROCESSES
#define NETWORK       PYEXEC_FILTER_NETWORK
#define NO_NETWORK    PYEXEC_FILTER_NO_NETWORK
#define SCRATCH       PYEXEC_FILTER_SCRATCH
#define NO_SCRATCH    PYEXEC_FILTER_NO_SCRATCH
#define SIGNALS       PYEXEC_FILTER_SIGNALS
#define NO_SIGNALS    PYEXEC_FILTER_NO_SIGNALS

#define ALLOW   SCMP_ACT_ALLOW
#define REFUSE  SCMP_ACT_ERRNO(EPERM)
#define KILL    SCMP_ACT_KILL_PROCESS

#define CALL(name)  SCMP_SYS(name)


/*
 * Every argument compared here is an int to the kernel, so the upper half of
 * its register must not get a call allowed.  Where the base has rules for a
 * call and none of them fits, it is EPERM.
 */

#define BITS(arg, mask, value)  SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, mask, value)
#define IS(arg, value)          BITS(arg, 0xffffffff, (uint32_t) (value))
#define IS_NOT(arg, value)      SCMP_CMP64(arg, SCMP_CMP_NE, value)
#define BELOW(arg, value)       SCMP_CMP64(arg, SCMP_CMP_LT, value)
#define ABOVE(arg, value)       SCMP_CMP64(arg, SCMP_CMP_GT, value)

#define RULE1(program, when, action, name, a)                                \
    { PYEXEC_FILTER_##program, when, action, CALL(name), 1, { a } }
#define RULE2(program, when, action, name, a, b)                             \
    { PYEXEC_FILTER_##program, when, action, CALL(name), 2, { a, b } }
#define RULE3(program, when, action, name, a, b, c)                          \
    { PYEXEC_FILTER_##program, when, action, CALL(name), 3, { a, b, c } }

#define NOT_SELF(name)                                                       \
    RULE1(RUN, NO_SIGNALS, REFUSE, name, IS_NOT(0, PYEXEC_FILTER_SELF))
#define SELF(name)       RULE1(BASE, NO_SIGNALS, ALLOW, name, IS(0, 0))
#define SELF2(name, of)                                                      \
    RULE2(BASE, NO_SIGNALS, ALLOW, name, IS(0, of), IS(1, 0))

#define PRCTL(option)    RULE1(BASE, ALWAYS, ALLOW, prctl, IS(0, option))
#define ARCH(option)     RULE1(BASE, ALWAYS, ALLOW, arch_prctl, IS(0, option))
#define FCNTL(when, op)  RULE1(BASE, when, ALLOW, fcntl, IS(1, op))
#define IOCTL(when, op)  RULE1(BASE, when, ALLOW, ioctl, IS(1, op))

/* For the zygote, and not for a run. */
#define ZYGOTE_PRCTL(when, option)                                           \
    PRCTL(option), RULE1(RUN, when, REFUSE, prctl, IS(0, option))

#define NO_CLONE(action, flag)                                               \
    RULE1(RUN, ALWAYS, action, clone, BITS(0, flag, flag))

/*
 * Before Linux 6.2 Landlock lets a file be truncated that is not opened for
 * writing; access mode 3 is neither for reading nor for writing.
 */
#define OPEN(name, flags)                                                    \
    RULE1(BASE, NO_SCRATCH, ALLOW, name, BITS(flags, O_TRUNC, 0)),           \
    RULE1(BASE, NO_SCRATCH, ALLOW, name, BITS(flags, O_ACCMODE, O_WRONLY)),  \
    RULE1(BASE, NO_SCRATCH, ALLOW, name, BITS(flags, O_ACCMODE, O_RDWR))

#define SOCKET(family, type, protocol)                                       \
    RULE3(BASE, NETWORK, ALLOW, socket, IS(0, family),                       \
          BITS(1, SOCKET_TYPE_MASK, type), IS(2, protocol))
#define SOCKETS(family)                                                      \
    SOCKET(family, SOCK_STREAM, 0), SOCKET(family, SOCK_STREAM, IPPROTO_TCP),\
    SOCKET(family, SOCK_DGRAM, 0), SOCKET(family, SOCK_DGRAM, IPPROTO_UDP),  \
    RULE1(BASE, NO_NETWORK, SCMP_ACT_ERRNO(ENETUNREACH), socket,             \
          IS(0, family))

#define NO_FAMILY(when, cmp)                                                 \
    RULE1(BASE, when, SCMP_ACT_ERRNO(EAFNOSUPPORT), socket, cmp)

#define OPTION(when, level, cmp)                                             \
    RULE2(BASE, when, ALLOW, setsockopt, IS(1, level), cmp)


const pyexec_filter_rule_t pyexec_filter_rules[] = {
    NO_CLONE(KILL, CLONE_NEWNS), NO_CLONE(KILL, CLONE_NEWCGROUP),
    NO_CLONE(KILL, CLONE_NEWUTS), NO_CLONE(KILL, CLONE_NEWIPC),
    NO_CLONE(KILL, CLONE_NEWUSER), NO_CLONE(KILL, CLONE_NEWPID),
    NO_CLONE(KILL, CLONE_NEWNET),
    NO_CLONE(REFUSE, CLONE_PTRACE),
    NO_CLONE(REFUSE, CLONE_PARENT),     /* a child, but not below the run */
    RULE1(RUN, NO_PROCESSES, REFUSE, clone, BITS(0, CLONE_THREAD, 0)),

    /* The worker and other runs have the same user, and a pid each. */
    NOT_SELF(kill), NOT_SELF(tkill), NOT_SELF(tgkill),
    NOT_SELF(rt_sigqueueinfo), NOT_SELF(rt_tgsigqueueinfo),
    SELF(prlimit64), SELF(sched_setaffinity), SELF(sched_setparam),
    SELF(sched_setscheduler),
    SELF2(setpriority, PRIO_PROCESS), SELF2(ioprio_set, IOPRIO_WHO_PROCESS),

    RULE1(BASE, ALWAYS, ALLOW, personality, IS(0, PERSONALITY_QUERY)),

    /*
     * Not what makes a process dumpable, nor what lets it live on when its
     * zygote has ended: a pid namespace sees to that, where there is one.
     */
    ZYGOTE_PRCTL(NO_SIGNALS, PR_SET_PDEATHSIG),
    ZYGOTE_PRCTL(ALWAYS, PR_SET_DUMPABLE),
    ZYGOTE_PRCTL(ALWAYS, PR_SET_CHILD_SUBREAPER),
    ZYGOTE_PRCTL(ALWAYS, PR_SET_KEEPCAPS),
    ZYGOTE_PRCTL(ALWAYS, PR_SET_SECUREBITS),
    ZYGOTE_PRCTL(ALWAYS, PR_CAPBSET_DROP),
    ZYGOTE_PRCTL(ALWAYS, PR_CAP_AMBIENT),
    PRCTL(PR_SET_NAME), PRCTL(PR_GET_NAME), PRCTL(PR_SET_VMA),
    PRCTL(PR_GET_DUMPABLE), PRCTL(PR_GET_PDEATHSIG),
    PRCTL(PR_GET_KEEPCAPS), PRCTL(PR_GET_SECCOMP), PRCTL(PR_GET_SECUREBITS),
    PRCTL(PR_CAPBSET_READ), PRCTL(PR_GET_CHILD_SUBREAPER),
    PRCTL(PR_SET_NO_NEW_PRIVS), PRCTL(PR_GET_NO_NEW_PRIVS),
    PRCTL(PR_SET_TIMERSLACK), PRCTL(PR_GET_TIMERSLACK),
    PRCTL(PR_SET_THP_DISABLE), PRCTL(PR_GET_THP_DISABLE),
    PRCTL(PR_GET_TIMING), PRCTL(PR_GET_TSC), PRCTL(PR_GET_TID_ADDRESS),
    PRCTL(PR_GET_SPECULATION_CTRL), PRCTL(PR_MCE_KILL_GET),
    PRCTL(PR_SVE_SET_VL), PRCTL(PR_SVE_GET_VL), PRCTL(PR_PAC_RESET_KEYS),
    PRCTL(PR_GET_TAGGED_ADDR_CTRL),

    ARCH(ARCH_SET_FS), ARCH(ARCH_GET_FS), ARCH(ARCH_SET_GS),
    ARCH(ARCH_GET_GS), ARCH(ARCH_GET_XCOMP_SUPP), ARCH(ARCH_GET_XCOMP_PERM),
    ARCH(ARCH_REQ_XCOMP_PERM),

    OPEN(open, 1), OPEN(openat, 2),

    /*
     * No leases: they hold up whoever opens the file.  F_SETOWN is a signal
     * to another process.
     */
    FCNTL(ALWAYS, F_DUPFD), FCNTL(ALWAYS, F_DUPFD_CLOEXEC),
    FCNTL(ALWAYS, F_GETFD), FCNTL(ALWAYS, F_SETFD),
    FCNTL(ALWAYS, F_GETFL), FCNTL(ALWAYS, F_SETFL),
    FCNTL(ALWAYS, F_GETPIPE_SZ), FCNTL(ALWAYS, F_SETPIPE_SZ),
    FCNTL(ALWAYS, F_GET_SEALS), FCNTL(ALWAYS, F_GETOWN),
    FCNTL(ALWAYS, F_GETSIG), FCNTL(ALWAYS, F_GETLEASE),
    FCNTL(SCRATCH, F_GETLK), FCNTL(SCRATCH, F_SETLK),
    FCNTL(SCRATCH, F_SETLKW), FCNTL(SCRATCH, F_OFD_GETLK),
    FCNTL(SCRATCH, F_OFD_SETLK), FCNTL(SCRATCH, F_OFD_SETLKW),
    FCNTL(SIGNALS, F_SETOWN), FCNTL(SIGNALS, F_SETSIG),

    /* To a pipe, most of them are ENOTTY. */
    IOCTL(ALWAYS, TCGETS), IOCTL(ALWAYS, TCGETS2), IOCTL(ALWAYS, TCSETS),
    IOCTL(ALWAYS, TCSETSW), IOCTL(ALWAYS, TCSETSF),
    IOCTL(ALWAYS, TIOCGWINSZ), IOCTL(ALWAYS, TIOCSWINSZ),
    IOCTL(ALWAYS, TIOCGPGRP), IOCTL(ALWAYS, TIOCOUTQ),
    IOCTL(ALWAYS, FIONREAD), IOCTL(ALWAYS, FIONBIO), IOCTL(ALWAYS, FIOASYNC),
    IOCTL(ALWAYS, FIOCLEX), IOCTL(ALWAYS, FIONCLEX),
    IOCTL(SCRATCH, FICLONE),
    IOCTL(NETWORK, SIOCATMARK), IOCTL(NETWORK, SIOCGIFNAME),
    IOCTL(NETWORK, SIOCGIFINDEX), IOCTL(NETWORK, SIOCGIFCONF),
    IOCTL(NETWORK, SIOCGIFFLAGS), IOCTL(NETWORK, SIOCGIFADDR),
    IOCTL(NETWORK, SIOCGIFBRDADDR), IOCTL(NETWORK, SIOCGIFNETMASK),
    IOCTL(NETWORK, SIOCGIFHWADDR), IOCTL(NETWORK, SIOCGIFMTU),

    /* Input for whoever reads from the terminal next. */
    RULE1(BASE, ALWAYS, KILL, ioctl, IS(1, TIOCSTI)),
    RULE1(BASE, ALWAYS, KILL, ioctl, IS(1, TIOCLINUX)),

    /*
     * No datagrams between unix sockets: a pair of them could still send to
     * the sockets of others.
     */
    RULE2(BASE, ALWAYS, ALLOW, socketpair, IS(0, AF_UNIX),
          BITS(1, SOCKET_TYPE_MASK, SOCK_STREAM)),
    RULE2(BASE, ALWAYS, ALLOW, socketpair, IS(0, AF_UNIX),
          BITS(1, SOCKET_TYPE_MASK, SOCK_SEQPACKET)),

    SOCKETS(AF_INET), SOCKETS(AF_INET6),
    RULE2(BASE, NETWORK, ALLOW, socket, IS(0, AF_NETLINK),
          IS(2, NETLINK_ROUTE)),

    /* AF_INET is 2, AF_INET6 10, AF_NETLINK 16. */
    NO_FAMILY(ALWAYS, BELOW(0, AF_INET)),
    NO_FAMILY(ALWAYS, IS(0, 3)), NO_FAMILY(ALWAYS, IS(0, 4)),
    NO_FAMILY(ALWAYS, IS(0, 5)), NO_FAMILY(ALWAYS, IS(0, 6)),
    NO_FAMILY(ALWAYS, IS(0, 7)), NO_FAMILY(ALWAYS, IS(0, 8)),
    NO_FAMILY(ALWAYS, IS(0, 9)), NO_FAMILY(ALWAYS, IS(0, 11)),
    NO_FAMILY(ALWAYS, IS(0, 12)), NO_FAMILY(ALWAYS, IS(0, 13)),
    NO_FAMILY(ALWAYS, IS(0, 14)), NO_FAMILY(ALWAYS, IS(0, 15)),
    NO_FAMILY(NO_NETWORK, IS(0, AF_NETLINK)),
    NO_FAMILY(ALWAYS, ABOVE(0, AF_NETLINK)),

    /*
     * No programs on sockets (from SO_ATTACH_FILTER on), no netfilter, no
     * upper layer protocols in TCP, no encapsulation in UDP.
     */
    OPTION(ALWAYS, SOL_SOCKET, BELOW(2, SO_ATTACH_FILTER)),
    OPTION(NETWORK, IPPROTO_IP, BELOW(2, NETFILTER_OPTIONS)),
    OPTION(NETWORK, IPPROTO_IPV6, BELOW(2, NETFILTER_OPTIONS)),
    OPTION(NETWORK, IPPROTO_TCP, BELOW(2, TCP_ULP)),
    OPTION(NETWORK, IPPROTO_UDP, IS(2, UDP_CORK)),
};

const size_t pyexec_filter_nrules = sizeof(pyexec_filter_rules)
                                    / sizeof(pyexec_filter_rules[0]);
