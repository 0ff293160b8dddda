/*
 * A cgroup for each run, in a delegated directory of cgroup v2, so that limits
 * hold for all that the run starts together.
 *
 *     PATH                          controllers enabled, no process of its own
 *     PATH/pyexec-PID               one zygote's, by the id of its reaper
 *     PATH/pyexec-PID/zygote        the zygote, and process 1 of each run
 *     PATH/pyexec-PID/run-1 ...     runs, one after another in each
 *
 * A process that has the memory of the zygote must not be in a run's cgroup:
 * for want of memory there, the kernel kills all that share the memory of what
 * it kills.
 *
 * The kernel lets a process move between two cgroups, and clone into another,
 * only where it may write to cgroup.procs of the directory that both are in.
 * PATH is delegated, nginx's own cgroup seldom is.  So there is the entry: a
 * cgroup.procs below PATH that somebody with that right, such as nginx's
 * master as root, has opened for writing; the kernel asks who opened it, not
 * who writes (Linux 5.16).
 *
 * An error's *why is a sentence without an end of line, valid until the next
 * call.
 */

#ifndef PYEXEC_CGROUP_H
#define PYEXEC_CGROUP_H

#include <stdint.h>
#include <sys/types.h>


/*
 * In the reaper, before it forks, as the user that the zygote will be and in
 * the host's namespaces.  "entry" is a descriptor as described above, or -1;
 * with it, the reaper itself enters.  Enables the controllers in PATH, removes
 * what crashed zygotes left there, makes the directory of this one.  "memory"
 * is in bytes, "processes" counts threads, too.  Returns 0, or -1 with *why.
 */
int pyexec_cgroup_open(const char *path, int entry, uint64_t memory,
    unsigned processes, const char **why);

/*
 * In the zygote, before it leaves the host's cgroup namespace, if it does:
 * that way its directory becomes the root of its namespace.  Returns 0, or -1
 * with *why.
 */
int pyexec_cgroup_enter(const char **why);

/*
 * In the zygote, after that; the file system may be another by now.  From here
 * on there are cgroups to take.  Returns 0, or -1 with *why.
 */
int pyexec_cgroup_start(const char **why);

/* An empty cgroup, for one run. */
typedef struct {
    int      directory;         /* what clone_args.cgroup takes */
    int      events;            /* its memory.events */
    uint64_t oom_kills;         /* of the runs before */
} pyexec_cgroup_run_t;

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

/*
 * In the reaper, when the zygote is gone: kills what is left in the zygote's
 * directory and removes it.  A no-op where nothing was opened.
 */
void pyexec_cgroup_end(void);


#endif /* PYEXEC_CGROUP_H */
