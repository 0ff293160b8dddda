#define _GNU_SOURCE

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "populate.h"
#include "warm.h"


/* What a run changes, in order. */
static pyexec_range_t *pyexec_warm_ranges;
static size_t          pyexec_warm_nranges;


static void pyexec_warm_keep(pyexec_scout_t *scout);
static void pyexec_warm_inherit(const pyexec_scout_t *scout, int mem,
    const pyexec_range_t *mapping);
static void pyexec_warm_drop(pyexec_scout_t *scout,
    const pyexec_range_t *mapping);


void
pyexec_warm_learn(const pyexec_errand_t *errand)
{
    pyexec_scout_t *scout;

    scout = pyexec_scout_send(errand);

    if (scout != NULL) {
        pyexec_warm_keep(scout);
        pyexec_scout_free(scout);
    }
}


/*
 * What a run only reads is there when it is forked, and nothing that it does
 * not need.
 */

static void
pyexec_warm_keep(pyexec_scout_t *scout)
{
    int    mem;
    size_t i;

    const pyexec_ranges_t *list = &scout->found;

    pyexec_warm_ranges = calloc(list->n, sizeof(pyexec_range_t));

    for (i = 0; pyexec_warm_ranges != NULL && i < list->n; i++) {
        if (list->range[i].write) {
            pyexec_warm_ranges[pyexec_warm_nranges++] = list->range[i];
        }
    }

    mem = open("/proc/self/mem", O_RDWR|O_CLOEXEC);

    for (i = 0; i < scout->nmappings; i++) {
        pyexec_warm_inherit(scout, mem, &scout->mappings[i]);
    }

    if (mem != -1) {
        (void) close(mem);
    }

    if (pyexec_pagemap_open(&scout->pagemap) == -1) {
        return;
    }

    for (i = 0; i < scout->nmappings; i++) {
        pyexec_warm_drop(scout, &scout->mappings[i]);
    }

    pyexec_pagemap_close(&scout->pagemap);
}


/*
 * A fork leaves out pages of files, which can be had again, unless one page
 * of the mapping has been changed: so one is, to what it is.  /proc/self/mem
 * may write where the process may not; where the kernel forbids that, runs
 * have these pages in faults.
 */

static void
pyexec_warm_inherit(const pyexec_scout_t *scout, int mem,
    const pyexec_range_t *mapping)
{
    char                       byte;
    size_t                     i;
    const pyexec_range_t *range;

    for (i = 0; i < scout->found.n; i++) {
        range = &scout->found.range[i];

        if (range->write || range->start < mapping->start
            || range->end > mapping->end)
        {
            continue;
        }

        if (mem != -1) {
            if (pread(mem, &byte, 1, range->start) != 1
                || pwrite(mem, &byte, 1, range->start) != 1)
            {
                return;
            }
            mem = -1;
        }

        (void) madvise((void *) range->start, range->end - range->start,
                       MADV_POPULATE_READ);
    }
}


/* Only pages of files, which can be had again. */

static void
pyexec_warm_drop(pyexec_scout_t *scout,
    const pyexec_range_t *mapping)
{
    uint64_t                   flags;
    uintptr_t                  page;
    pyexec_pagemap_t     *pagemap = &scout->pagemap;
    const pyexec_range_t *range;

    /* Not what it said of another mapping, a while ago. */
    pyexec_pagemap_forget(pagemap);

    for (page = mapping->start; page < mapping->end;
         page += pagemap->page_size)
    {
        flags = pyexec_pagemap_page(pagemap, page);

        if (!(flags & PYEXEC_PAGE_PRESENT) || !(flags & PYEXEC_PAGE_FILE)) {
            continue;
        }

        range = pyexec_scout_find(&scout->found, page);

        if (range == NULL || range->write) {
            (void) madvise((void *) page, pagemap->page_size, MADV_DONTNEED);
        }
    }
}


/* What the scout had and the zygote has not is an error that does not count. */

void
pyexec_warm(void)
{
    size_t i;

    for (i = 0; i < pyexec_warm_nranges; i++) {
        (void) madvise((void *) pyexec_warm_ranges[i].start,
                       pyexec_warm_ranges[i].end - pyexec_warm_ranges[i].start,
                       MADV_POPULATE_WRITE);
    }
}
