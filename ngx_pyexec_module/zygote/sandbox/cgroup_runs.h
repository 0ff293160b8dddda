/*
 * The cgroups of runs in one zygote's directory: made when they are needed,
 * used again and again, one run at a time.  What takes them and gives them
 * back is in cgroup.h.
 */

#ifndef PYEXEC_CGROUP_RUNS_H
#define PYEXEC_CGROUP_RUNS_H

#include <stdint.h>


/*
 * "own" is a descriptor of the zygote's directory, and stays open.  "memory"
 * is in bytes, "processes" counts threads, too.  To be called in the thread
 * that will call pyexec_cgroup_take().
 */
void pyexec_cgroup_runs(int own, uint64_t memory, unsigned processes);


#endif /* PYEXEC_CGROUP_RUNS_H */
