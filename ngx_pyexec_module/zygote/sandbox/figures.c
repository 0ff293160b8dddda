#define _GNU_SOURCE

#include <time.h>

#include "figures.h"


void
pyexec_figures_add(pyexec_wire_message_t *end, const struct rusage *usage)
{
    end->cpu_time += (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec)
                     * 1000000ULL
                     + usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;

    if ((uint64_t) usage->ru_maxrss * 1024 > end->memory) {
        end->memory = usage->ru_maxrss * 1024ULL;
    }
}


/*
 * clock_gettime() asks the kernel only where it cannot read the clock itself,
 * and sets errno for no clock but one that is not there.
 */

void
pyexec_figures_end(pyexec_wire_message_t *end, uint32_t run, int status)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    end->type = PYEXEC_WIRE_ENDED;
    end->run = run;
    end->ended = now.tv_sec * 1000000000ULL + now.tv_nsec;
    end->status = status;
}


void
pyexec_figures_why(pyexec_wire_message_t *end, const pyexec_note_t *note,
    const pyexec_cgroup_run_t *cgroup)
{
    pyexec_note_apply(note, end);

    if (pyexec_cgroup_out_of_memory(cgroup)) {
        end->flags |= PYEXEC_WIRE_OUT_OF_MEMORY;
    }
}
