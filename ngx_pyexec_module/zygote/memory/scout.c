#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "populate.h"
#include "scout.h"


/*
 * Pages of a mapping that are looked at together first: a mapping takes the
 * kernel much longer than a page, and most pages are not used.
 */
#define PYEXEC_SCOUT_CHUNK  32


static void pyexec_scout_go(pyexec_scout_t *scout,
    const pyexec_errand_t *errand);
static int pyexec_scout_arrive(pyexec_scout_t *scout,
    const pyexec_errand_t *errand);
static int pyexec_scout_silence(void);
static int pyexec_scout_map(pyexec_scout_t *scout);
static int pyexec_scout_forget(const pyexec_scout_t *scout);
static int pyexec_scout_look(pyexec_scout_t *scout);
static int pyexec_scout_referenced(pyexec_scout_t *scout, int pages);
static int pyexec_scout_split(const pyexec_scout_t *scout, size_t unit,
    int flag);
static int pyexec_scout_classify(pyexec_scout_t *scout, uintptr_t start,
    uintptr_t end);
static int pyexec_scout_add(pyexec_ranges_t *ranges, uintptr_t start,
    uintptr_t end, int write);


pyexec_scout_t *
pyexec_scout_send(const pyexec_errand_t *errand)
{
    pyexec_scout_t *scout;

    scout = mmap(NULL, sizeof(pyexec_scout_t), PROT_READ|PROT_WRITE,
                 MAP_SHARED|MAP_ANONYMOUS, -1, 0);
    if (scout == MAP_FAILED) {
        return NULL;
    }

    /*
     * Pages of files count as referenced when another process has used them
     * a moment ago: those of the second scout that are the first one's, too,
     * are the program's.
     */

    pyexec_scout_go(scout, errand);

    if (scout->done) {
        scout->known = scout->found;
        pyexec_scout_go(scout, errand);
    }

    if (!scout->done) {
        pyexec_scout_free(scout);
        return NULL;
    }

    return scout;
}


void
pyexec_scout_free(pyexec_scout_t *scout)
{
    (void) munmap(scout, sizeof(pyexec_scout_t));
}


static void
pyexec_scout_go(pyexec_scout_t *scout, const pyexec_errand_t *errand)
{
    pid_t pid;

    scout->done = 0;
    scout->nmappings = 0;
    scout->found.n = 0;

    pid = errand->fork(errand->data);

    if (pid == 0) {
        scout->done = pyexec_scout_arrive(scout, errand) == 0;

        _exit(EXIT_SUCCESS);
    }

    while (pid != -1 && waitpid(pid, NULL, 0) == -1 && errno == EINTR) { }
}


static int
pyexec_scout_arrive(pyexec_scout_t *scout, const pyexec_errand_t *errand)
{
    if (pyexec_scout_silence() == -1
        || pyexec_scout_map(scout) == -1
        || pyexec_scout_forget(scout) == -1
        || errand->run(errand->data) == -1)
    {
        return -1;
    }

    return pyexec_scout_look(scout);
}


/* Nobody hears what it prints. */

static int
pyexec_scout_silence(void)
{
    int null;

    null = open("/dev/null", O_RDWR|O_CLOEXEC);

    if (null == -1
        || dup2(null, STDIN_FILENO) == -1
        || dup2(null, STDOUT_FILENO) == -1
        || dup2(null, STDERR_FILENO) == -1)
    {
        return -1;
    }

    return 0;
}


/* What a fork shares or copies. */

static int
pyexec_scout_map(pyexec_scout_t *scout)
{
    pyexec_range_t   *range;
    pyexec_mapping_t  mapping;
    pyexec_procmaps_t maps;

    if (pyexec_procmaps_open(&maps, "/proc/self/maps") == -1) {
        return -1;
    }

    while (scout->nmappings < PYEXEC_SCOUT_MAPPINGS
           && pyexec_procmaps_next(&maps, &mapping))
    {
        if (!mapping.readable || !mapping.private || mapping.is_kernel) {
            continue;
        }

        range = &scout->mappings[scout->nmappings++];
        range->start = mapping.start;
        range->end = mapping.end;
        range->write = mapping.writable;
    }

    pyexec_procmaps_close(&maps);

    return 0;
}


/*
 * A fault for a page of a file gets its neighbours, too, and they would look
 * as if they had been asked for.  So the scout has all of them before, and
 * none of them counts as referenced.
 */

static int
pyexec_scout_forget(const pyexec_scout_t *scout)
{
    int     refs;
    size_t  i;
    ssize_t n;

    for (i = 0; i < scout->nmappings; i++) {
        (void) madvise((void *) scout->mappings[i].start,
                       scout->mappings[i].end - scout->mappings[i].start,
                       MADV_POPULATE_READ);
    }

    refs = open("/proc/self/clear_refs", O_WRONLY|O_CLOEXEC);
    if (refs == -1) {
        return -1;
    }

    n = write(refs, "1", 1);
    (void) close(refs);

    return n == 1 ? 0 : -1;
}


/*
 * The kernel tells what has been referenced by mapping: so those that have
 * been become mappings of some pages, and those of one.
 */

static int
pyexec_scout_look(pyexec_scout_t *scout)
{
    int rc;

    if (pyexec_pagemap_open(&scout->pagemap) == -1) {
        return -1;
    }

    rc = pyexec_scout_referenced(scout, 0) == -1
         || pyexec_scout_split(scout, PYEXEC_SCOUT_CHUNK, MADV_SEQUENTIAL) == -1
         || pyexec_scout_referenced(scout, 0) == -1
         || pyexec_scout_split(scout, 1, MADV_DONTFORK) == -1
         || pyexec_scout_referenced(scout, 1) == -1 ? -1 : 0;

    pyexec_pagemap_close(&scout->pagemap);

    return rc;
}


/* The list of the mappings, or pages, that have been referenced. */

static int
pyexec_scout_referenced(pyexec_scout_t *scout, int pages)
{
    int               rc = 0;
    pyexec_mapping_t  mapping;
    pyexec_procmaps_t maps;

    scout->found.n = 0;

    if (pyexec_procmaps_open(&maps, "/proc/self/smaps") == -1) {
        return -1;
    }

    while (rc == 0 && pyexec_procmaps_next(&maps, &mapping)) {

        if (!mapping.private || mapping.is_kernel
            || mapping.referenced == 0)
        {
            continue;
        }

        rc = pages ? pyexec_scout_classify(scout, mapping.start, mapping.end)
                   : pyexec_scout_add(&scout->found, mapping.start,
                                      mapping.end, 0);
    }

    pyexec_procmaps_close(&maps);

    return rc;
}


/* A flag for every other unit of pages keeps them apart. */

static int
pyexec_scout_split(const pyexec_scout_t *scout, size_t unit, int flag)
{
    size_t                     i;
    uintptr_t                  end, start;
    const pyexec_range_t *range;

    unit *= scout->pagemap.page_size;

    for (i = 0; i < scout->found.n; i++) {
        range = &scout->found.range[i];

        for (start = range->start; start < range->end; start = end) {
            end = (start / unit + 1) * unit;

            if (end > range->end) {
                end = range->end;
            }

            if (start / unit % 2
                && madvise((void *) start, end - start, flag) == -1)
            {
                return -1;
            }
        }
    }

    return 0;
}


/* What the scout changed is its own now. */

static int
pyexec_scout_classify(pyexec_scout_t *scout, uintptr_t start,
    uintptr_t end)
{
    int      write;
    uint64_t page;

    page = pyexec_pagemap_page(&scout->pagemap, start);

    if (end - start != (size_t) scout->pagemap.page_size
        || !(page & PYEXEC_PAGE_PRESENT))
    {
        return 0;
    }

    write = !(page & PYEXEC_PAGE_FILE) && (page & PYEXEC_PAGE_EXCLUSIVE);

    if (!write && scout->known.n
        && pyexec_scout_find(&scout->known, start) == NULL)
    {
        return 0;
    }

    return pyexec_scout_add(&scout->found, start, end, write);
}


static int
pyexec_scout_add(pyexec_ranges_t *ranges, uintptr_t start, uintptr_t end,
    int write)
{
    pyexec_range_t *last;

    if (ranges->n) {
        last = &ranges->range[ranges->n - 1];

        if (last->write == write && last->end == start) {
            last->end = end;
            return 0;
        }
    }

    if (ranges->n == PYEXEC_SCOUT_RANGES) {
        return -1;
    }

    last = &ranges->range[ranges->n++];
    last->start = start;
    last->end = end;
    last->write = write;

    return 0;
}


const pyexec_range_t *
pyexec_scout_find(const pyexec_ranges_t *ranges, uintptr_t address)
{
    size_t low = 0, high = ranges->n, middle;

    while (low < high) {
        middle = low + (high - low) / 2;

        if (address < ranges->range[middle].start) {
            high = middle;

        } else if (address >= ranges->range[middle].end) {
            low = middle + 1;

        } else {
            return &ranges->range[middle];
        }
    }

    return NULL;
}
