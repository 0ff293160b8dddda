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
 * on there are cgroups to take, see cgroup_runs.h.  Returns 0, or -1 with *why.
 */
int pyexec_cgroup_start(const char **why);

/*
 * In the reaper, when the zygote is gone: kills what is left in the zygote's
 * directory and removes it.  A no-op where nothing was opened.
 */
void pyexec_cgroup_end(void);


#endif /* PYEXEC_CGROUP_H */
