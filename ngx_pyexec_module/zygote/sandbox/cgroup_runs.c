#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup_file.h"
#include "cgroup_runs.h"
#include "rawcall.h"


/*
 * Cgroups that are kept for the next runs: to make one takes longer than a
 * short program, and an empty one costs the kernel some memory.  More are made
 * when needed.
 */
#define PYEXEC_CGROUP_IDLE  64

/* What there is room for at first; it doubles. */
#define PYEXEC_CGROUP_SLOTS  16

/* Microseconds of every so many: one processor. */
#define PYEXEC_CGROUP_CPU   "100000 100000"


typedef struct {
    pyexec_cgroup_run_t run;
    unsigned            number;
    unsigned            taken;
} pyexec_cgroup_slot_t;


static struct {
    int                   own;
    char                  memory[32];
    char                  processes[32];

    pyexec_cgroup_slot_t *slots;
    size_t                nslots;
    size_t                size;
    unsigned              last;

    /* What fork() of the C library takes care of. */
    pid_t                *tid;
    void                 *robust_list;
    size_t                robust_list_len;
} pyexec_cgroup_pool = { .own = -1 };


static int pyexec_cgroup_slot_make(pyexec_cgroup_slot_t *slot);
static void pyexec_cgroup_slot_drop(pyexec_cgroup_slot_t *slot);


void
pyexec_cgroup_runs(int own, uint64_t memory, unsigned processes)
{
    pyexec_cgroup_pool.own = own;
    snprintf(pyexec_cgroup_pool.memory, sizeof(pyexec_cgroup_pool.memory),
             "%llu", (unsigned long long) memory);
    snprintf(pyexec_cgroup_pool.processes,
             sizeof(pyexec_cgroup_pool.processes), "%u", processes);

    if (prctl(PR_GET_TID_ADDRESS, &pyexec_cgroup_pool.tid, 0, 0, 0) == -1) {
        pyexec_cgroup_pool.tid = NULL;
    }

    if (syscall(SYS_get_robust_list, 0, &pyexec_cgroup_pool.robust_list,
                &pyexec_cgroup_pool.robust_list_len)
        == -1)
    {
        pyexec_cgroup_pool.robust_list = NULL;
    }
}


int
pyexec_cgroup_take(pyexec_cgroup_run_t *run)
{
    size_t                i, size;
    pyexec_cgroup_slot_t *slot, *slots;

    for (i = 0; i < pyexec_cgroup_pool.nslots; i++) {
        slot = &pyexec_cgroup_pool.slots[i];

        if (!slot->taken
            && pyexec_cgroup_file_populated(slot->run.directory) == 0)
        {
            slot->taken = 1;
            *run = slot->run;
            return 0;
        }
    }

    if (pyexec_cgroup_pool.nslots == pyexec_cgroup_pool.size) {
        size = pyexec_cgroup_pool.size ? 2 * pyexec_cgroup_pool.size
                                       : PYEXEC_CGROUP_SLOTS;

        slots = realloc(pyexec_cgroup_pool.slots,
                        size * sizeof(pyexec_cgroup_slot_t));
        if (slots == NULL) {
            return -1;
        }

        pyexec_cgroup_pool.slots = slots;
        pyexec_cgroup_pool.size = size;
    }

    slot = &pyexec_cgroup_pool.slots[pyexec_cgroup_pool.nslots];

    if (pyexec_cgroup_slot_make(slot) == -1) {
        return -1;
    }

    pyexec_cgroup_pool.nslots++;
    *run = slot->run;

    return 0;
}


pid_t
pyexec_cgroup_fork(const pyexec_cgroup_run_t *run)
{
    long              pid;
    struct clone_args args;

    memset(&args, 0, sizeof(args));
    args.flags = CLONE_INTO_CGROUP;
    args.exit_signal = SIGCHLD;
    args.cgroup = run->directory;

    if (pyexec_cgroup_pool.tid != NULL) {
        args.flags |= CLONE_CHILD_SETTID|CLONE_CHILD_CLEARTID;
        args.child_tid = (uintptr_t) pyexec_cgroup_pool.tid;
    }

    pid = pyexec_rawcall(SYS_clone3, (long) &args, sizeof(args), 0, 0);

    if (pid < 0) {
        errno = -pid;
        return -1;
    }

    if (pid == 0 && pyexec_cgroup_pool.robust_list != NULL) {
        (void) pyexec_rawcall(SYS_set_robust_list,
                              (long) pyexec_cgroup_pool.robust_list,
                              pyexec_cgroup_pool.robust_list_len, 0, 0);
    }

    return pid;
}


int
pyexec_cgroup_out_of_memory(const pyexec_cgroup_run_t *run)
{
    uint64_t kills;

    return pyexec_cgroup_file_events(run->events, "oom_kill", &kills) == 0
           && kills > run->oom_kills;
}


void
pyexec_cgroup_done(const pyexec_cgroup_run_t *run)
{
    size_t                i;
    uint64_t              kills;
    pyexec_cgroup_slot_t *slot;

    for (i = 0; i < pyexec_cgroup_pool.nslots; i++) {
        slot = &pyexec_cgroup_pool.slots[i];

        if (slot->run.directory == run->directory) {
            break;
        }
    }

    if (i == pyexec_cgroup_pool.nslots) {
        return;
    }

    slot->taken = 0;

    /* Whether it was in time is seen when the cgroup is to be taken again. */
    if (pyexec_cgroup_file_populated(slot->run.directory) != 0) {
        (void) pyexec_cgroup_file_write(slot->run.directory, "cgroup.kill",
                                        "1");
    }

    if (pyexec_cgroup_file_events(slot->run.events, "oom_kill", &kills)
        == 0)
    {
        slot->run.oom_kills = kills;
    }

    if (pyexec_cgroup_pool.nslots > PYEXEC_CGROUP_IDLE) {
        pyexec_cgroup_slot_drop(slot);
    }
}


static int
pyexec_cgroup_slot_make(pyexec_cgroup_slot_t *slot)
{
    int                  error;
    char                 name[32];
    pyexec_cgroup_run_t *run = &slot->run;

    slot->number = ++pyexec_cgroup_pool.last;
    slot->taken = 1;
    run->oom_kills = 0;
    run->events = -1;

    snprintf(name, sizeof(name), "run-%u", slot->number);

    run->directory = pyexec_cgroup_file_directory(pyexec_cgroup_pool.own,
                                                  name);
    if (run->directory == -1) {
        return -1;
    }

    if (pyexec_cgroup_file_write(run->directory, "memory.max",
                                 pyexec_cgroup_pool.memory) == 0
        && pyexec_cgroup_file_write(run->directory, "memory.oom.group",
                                    "1") == 0
        && pyexec_cgroup_file_write(run->directory, "pids.max",
                                    pyexec_cgroup_pool.processes) == 0
        && pyexec_cgroup_file_write(run->directory, "cpu.max",
                                    PYEXEC_CGROUP_CPU) == 0
        /* A kernel that does not count swap has no such file. */
        && (pyexec_cgroup_file_write(run->directory, "memory.swap.max",
                                     "0") == 0
            || errno == ENOENT))
    {
        run->events = openat(run->directory, "memory.events",
                             O_RDONLY|O_NOFOLLOW|O_CLOEXEC);
    }

    if (run->events != -1) {
        return 0;
    }

    error = errno;
    (void) close(run->directory);
    (void) unlinkat(pyexec_cgroup_pool.own, name, AT_REMOVEDIR);
    errno = error;

    return -1;
}


static void
pyexec_cgroup_slot_drop(pyexec_cgroup_slot_t *slot)
{
    char name[32];

    snprintf(name, sizeof(name), "run-%u", slot->number);

    /* One with a process in it stays, for another time. */
    if (unlinkat(pyexec_cgroup_pool.own, name, AT_REMOVEDIR) == -1) {
        return;
    }

    (void) close(slot->run.directory);
    (void) close(slot->run.events);
    *slot = pyexec_cgroup_pool.slots[--pyexec_cgroup_pool.nslots];
}
