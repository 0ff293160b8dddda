/*
 * The cgroups of runs in one zygote's directory: made when they are needed,
 * used again and again, one run at a time.
 */

#ifndef PYEXEC_CGROUP_RUNS_H
#define PYEXEC_CGROUP_RUNS_H

#include <stdint.h>
#include <sys/types.h>


/* An empty cgroup, for one run. */
typedef struct {
    int      directory;         /* what clone_args.cgroup takes */
    int      events;            /* its memory.events */
    uint64_t oom_kills;         /* of the runs before */
} pyexec_cgroup_run_t;


/*
 * "own" is a descriptor of the zygote's directory, and stays open.  "memory"
 * is in bytes, "processes" counts threads, too.  To be called in the thread
 * that will call pyexec_cgroup_take().
 */
void pyexec_cgroup_runs(int own, uint64_t memory, unsigned processes);

/*
 * In the zygote.  The descriptors stay ours, and a run must not keep them.
 * Returns 0, or -1 with errno.
 */
int pyexec_cgroup_take(pyexec_cgroup_run_t *run);

/*
 * As fork() does, but the child is in the cgroup, and no handlers of
 * pthread_atfork() run.  In the zygote, or in a process that shares its
 * memory while the zygote waits.
 */
pid_t pyexec_cgroup_fork(const pyexec_cgroup_run_t *run);

/*
 * Whether a process of the run was killed for want of memory; never where the
 * descriptors are -1.  Touches no memory but its own stack, and no errno.
 */
int pyexec_cgroup_out_of_memory(const pyexec_cgroup_run_t *run);

/*
 * In the zygote: gives back what was taken, when the run and all that it
 * started are gone, or have no right to be there.  A no-op for -1s.
 */
void pyexec_cgroup_done(const pyexec_cgroup_run_t *run);


#endif /* PYEXEC_CGROUP_RUNS_H */
