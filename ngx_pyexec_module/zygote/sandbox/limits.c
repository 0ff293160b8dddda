#define _GNU_SOURCE

#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "isolation.h"
#include "limits.h"
#include "without.h"


/* Descriptors of a run: more than honest programs have open at a time. */
#define PYEXEC_LIMITS_NOFILE  256

/* Bytes: what libraries lock for keys, and complain of where they may not. */
#define PYEXEC_LIMITS_MEMLOCK  65536

/* Queued signals, which count for the user as a whole, too. */
#define PYEXEC_LIMITS_SIGPENDING  256

/* Process 1 of a run counts. */
#define PYEXEC_LIMITS_INIT  1


/* Of the zygote, bytes. */
static rlim_t pyexec_limits_space;
static rlim_t pyexec_limits_data;

/* The limits of memory, for runs to compare theirs with. */
static rlim_t pyexec_limits_most_space;
static rlim_t pyexec_limits_most_data;


static int pyexec_limits_most(int resource, rlim_t value, rlim_t *most);
static int pyexec_limits_set(int resource, rlim_t value);


int
pyexec_limits_prepare(void)
{
    int           n;
    long          page;
    FILE         *file;
    unsigned long size, data;

    file = fopen("/proc/self/statm", "re");
    if (file == NULL) {
        return -1;
    }

    /* In pages; the sixth is data and stack. */
    n = fscanf(file, "%lu %*u %*u %*u %*u %lu", &size, &data);
    (void) fclose(file);

    if (n != 2) {
        return -1;
    }

    page = sysconf(_SC_PAGESIZE);
    pyexec_limits_space = (rlim_t) size * page;
    pyexec_limits_data = (rlim_t) data * page;

    if (pyexec_limits_most(RLIMIT_AS,
                           pyexec_limits_space + pyexec_isolation.memory
                           + pyexec_isolation.code,
                           &pyexec_limits_most_space)
        == -1)
    {
        return -1;
    }

    return pyexec_limits_most(RLIMIT_DATA,
                              pyexec_limits_data + pyexec_isolation.memory,
                              &pyexec_limits_most_data);
}


/* What the server itself may not exceed may be less. */

static int
pyexec_limits_most(int resource, rlim_t value, rlim_t *most)
{
    struct rlimit limit;

    if (getrlimit(resource, &limit) == -1) {
        return -1;
    }

    *most = limit.rlim_max < value ? limit.rlim_max : value;

    return 0;
}


int
pyexec_limits_enter(const char **step)
{
    size_t i;

    const struct {
        int         resource;
        rlim_t      value;
        const char *name;
    } limits[] = {
        { RLIMIT_CORE, 0, "RLIMIT_CORE" },
        { RLIMIT_MEMLOCK, PYEXEC_LIMITS_MEMLOCK, "RLIMIT_MEMLOCK" },
        { RLIMIT_MSGQUEUE, 0, "RLIMIT_MSGQUEUE" },
        { RLIMIT_SIGPENDING, PYEXEC_LIMITS_SIGPENDING, "RLIMIT_SIGPENDING" },
        { RLIMIT_NOFILE, PYEXEC_LIMITS_NOFILE, "RLIMIT_NOFILE" },

        /* One misses shared mappings, the other what is reserved only. */
        { RLIMIT_DATA, pyexec_limits_most_data, "RLIMIT_DATA" },
        { RLIMIT_AS, pyexec_limits_most_space, "RLIMIT_AS" },
    };

    if (pyexec_without("rlimits")) {
        return 0;
    }

    for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        if (pyexec_limits_set(limits[i].resource, limits[i].value) == -1) {
            *step = limits[i].name;
            return -1;
        }
    }

    /* Elsewhere it counts what others of the same user have. */

    if (pyexec_isolation.mode == PYEXEC_ISOLATION_FULL
        && pyexec_limits_set(RLIMIT_NPROC,
                             pyexec_isolation.processes + PYEXEC_LIMITS_INIT)
           == -1)
    {
        *step = "RLIMIT_NPROC";
        return -1;
    }

    return 0;
}


int
pyexec_limits_start(uint64_t seconds, const char **step)
{
    if (pyexec_without("rlimits")) {
        return 0;
    }

    *step = "RLIMIT_CPU";

    if (pyexec_limits_set(RLIMIT_CPU, seconds) == -1) {
        return -1;
    }

    *step = "RLIMIT_FSIZE";

    return pyexec_limits_set(RLIMIT_FSIZE, pyexec_isolation.scratch);
}


int
pyexec_limits_kept(void)
{
    struct rlimit data, space;

    return getrlimit(RLIMIT_AS, &space) == 0
           && getrlimit(RLIMIT_DATA, &data) == 0
           && space.rlim_cur >= pyexec_limits_most_space
           && data.rlim_cur >= pyexec_limits_most_data;
}


static int
pyexec_limits_set(int resource, rlim_t value)
{
    struct rlimit limit;

    if (pyexec_limits_most(resource, value, &limit.rlim_max) == -1) {
        return -1;
    }

    limit.rlim_cur = limit.rlim_max;

    return setrlimit(resource, &limit);
}
