#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "warm.h"


#ifndef MADV_POPULATE_READ          /* Linux 5.14 */
#define MADV_POPULATE_READ   22
#define MADV_POPULATE_WRITE  23
#endif

/* What /proc/PID/pagemap says of a page. */
#define PYEXEC_WARM_PRESENT    (1ULL << 63)
#define PYEXEC_WARM_FILE       (1ULL << 61)
#define PYEXEC_WARM_EXCLUSIVE  (1ULL << 56)

#define PYEXEC_WARM_MAPPINGS  1024
#define PYEXEC_WARM_RANGES    4096

/* Pages of the page map read at a time. */
#define PYEXEC_WARM_BATCH   512


/* Pages that belong together. */
typedef struct {
    uintptr_t start;
    uintptr_t end;
    int       write;            /* a run changes them */
} pyexec_warm_range_t;


typedef struct {
    int      file;
    long     page_size;
    size_t   first;             /* the number of pages[0] */
    size_t   n;
    uint64_t pages[PYEXEC_WARM_BATCH];
} pyexec_warm_pagemap_t;


/* The zygote's and the scout's; not among the pages that are looked at. */
typedef struct {
    pyexec_warm_range_t   mappings[PYEXEC_WARM_MAPPINGS];
    size_t                nmappings;
    pyexec_warm_range_t   ranges[PYEXEC_WARM_RANGES];
    size_t                nranges;
    int                   done;
    pyexec_warm_pagemap_t pagemap;
} pyexec_warm_scout_t;


/* What most programs do: import, define, compute, print. */
static const char pyexec_warm_program[] =
    "import math, sys\n"
    "def area(r):\n"
    "    return math.pi * r ** 2\n"
    "values = [area(n) for n in range(3)]\n"
    "print('Hello, world!', f'{sum(values):.2f}', len(sys.argv))\n"
    "if 'numpy' in sys.modules:\n"
    "    import numpy\n"
    "    values = numpy.arange(6).reshape(2, 3) * math.pi\n"
    "    print(values.sum(axis=0).min(), values.mean())\n";

/* What a run changes, in order. */
static pyexec_warm_range_t *pyexec_warm_ranges;
static size_t               pyexec_warm_nranges;


static void pyexec_warm_scout(pyexec_warm_scout_t *scout,
    const pyexec_program_hooks_t *hooks)
    __attribute__((noreturn));
static int pyexec_warm_map(pyexec_warm_scout_t *scout);
static int pyexec_warm_forget(const pyexec_warm_scout_t *scout);
static int pyexec_warm_look(pyexec_warm_scout_t *scout);
static void pyexec_warm_split(const pyexec_warm_scout_t *scout);
static int pyexec_warm_add(pyexec_warm_scout_t *scout, uintptr_t start,
    uintptr_t end, int write);
static int pyexec_warm_open(pyexec_warm_pagemap_t *pagemap);
static uint64_t pyexec_warm_page(pyexec_warm_pagemap_t *pagemap,
    uintptr_t address);
static void pyexec_warm_keep(pyexec_warm_scout_t *scout);
static void pyexec_warm_inherit(const pyexec_warm_scout_t *scout, int mem,
    const pyexec_warm_range_t *mapping);
static void pyexec_warm_drop(pyexec_warm_scout_t *scout,
    const pyexec_warm_range_t *mapping);
static const pyexec_warm_range_t *pyexec_warm_find(
    const pyexec_warm_scout_t *scout, uintptr_t address);


void
pyexec_warm_learn(const pyexec_program_hooks_t *hooks)
{
    pid_t                pid;
    pyexec_warm_scout_t *scout;

    scout = mmap(NULL, sizeof(pyexec_warm_scout_t), PROT_READ|PROT_WRITE,
                 MAP_SHARED|MAP_ANONYMOUS, -1, 0);
    if (scout == MAP_FAILED) {
        return;
    }

    if (!hooks->plain_fork) {
        PyOS_BeforeFork();
    }

    pid = fork();

    if (pid == 0) {
        if (!hooks->plain_fork) {
            PyOS_AfterFork_Child();
        }

        pyexec_warm_scout(scout, hooks);
    }

    if (!hooks->plain_fork) {
        PyOS_AfterFork_Parent();
    }

    while (pid != -1 && waitpid(pid, NULL, 0) == -1 && errno == EINTR) { }

    if (scout->done) {
        pyexec_warm_keep(scout);
    }

    (void) munmap(scout, sizeof(pyexec_warm_scout_t));
}


static void
pyexec_warm_scout(pyexec_warm_scout_t *scout,
    const pyexec_program_hooks_t *hooks)
{
    int              null;
    pyexec_program_t program = {
        .code = pyexec_warm_program,
        .code_len = sizeof(pyexec_warm_program) - 1,
        .args = "",
    };

    null = open("/dev/null", O_RDWR|O_CLOEXEC);

    scout->done = null != -1
                  && dup2(null, STDIN_FILENO) != -1
                  && dup2(null, STDOUT_FILENO) != -1
                  && dup2(null, STDERR_FILENO) != -1
                  && pyexec_warm_map(scout) == 0
                  && pyexec_warm_forget(scout) == 0
                  && pyexec_program_prepare(hooks) == 0
                  && pyexec_program_run(&program) == 0
                  && pyexec_warm_look(scout) == 0;

    _exit(EXIT_SUCCESS);
}


/* What a fork shares or copies. */

static int
pyexec_warm_map(pyexec_warm_scout_t *scout)
{
    char                 line[512], mode[5];
    FILE                *maps;
    unsigned long        start, end;
    pyexec_warm_range_t *mapping;

    maps = fopen("/proc/self/maps", "re");
    if (maps == NULL) {
        return -1;
    }

    while (scout->nmappings < PYEXEC_WARM_MAPPINGS
           && fgets(line, sizeof(line), maps) != NULL)
    {
        /* [vvar] and [vdso] are not memory. */
        if (sscanf(line, "%lx-%lx %4s", &start, &end, mode) != 3
            || mode[0] != 'r' || mode[3] != 'p'
            || strstr(line, "[v") != NULL)
        {
            continue;
        }

        mapping = &scout->mappings[scout->nmappings++];
        mapping->start = start;
        mapping->end = end;
        mapping->write = mode[1] == 'w';
    }

    (void) fclose(maps);

    return 0;
}


/*
 * A fault for a page of a file gets its neighbours, too, and they would look
 * as if they had been asked for.  So the scout has all of them before, and
 * none of them counts as referenced.
 */

static int
pyexec_warm_forget(const pyexec_warm_scout_t *scout)
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
 * What the scout changed is its own now.  Of the rest, the kernel tells by
 * mapping what has been referenced: so every page becomes one.
 */

static int
pyexec_warm_look(pyexec_warm_scout_t *scout)
{
    int                    rc = 0;
    char                   line[512];
    FILE                  *smaps;
    uint64_t               page;
    unsigned long          size, start = 0, end = 0;
    pyexec_warm_pagemap_t *pagemap = &scout->pagemap;

    if (pyexec_warm_open(pagemap) == -1) {
        return -1;
    }

    pyexec_warm_split(scout);

    smaps = fopen("/proc/self/smaps", "re");
    if (smaps == NULL) {
        (void) close(pagemap->file);
        return -1;
    }

    while (rc == 0 && fgets(line, sizeof(line), smaps) != NULL) {

        if (sscanf(line, "%lx-%lx ", &start, &end) == 2) {
            continue;
        }

        if (sscanf(line, "Referenced: %lu kB", &size) != 1
            || size == 0
            || end - start != (size_t) pagemap->page_size)
        {
            continue;
        }

        page = pyexec_warm_page(pagemap, start);

        if (page & PYEXEC_WARM_PRESENT) {
            rc = pyexec_warm_add(scout, start, end,
                                 !(page & PYEXEC_WARM_FILE)
                                 && (page & PYEXEC_WARM_EXCLUSIVE));
        }
    }

    (void) fclose(smaps);
    (void) close(pagemap->file);

    return rc;
}


/* A flag for every other page. */

static void
pyexec_warm_split(const pyexec_warm_scout_t *scout)
{
    long                       page_size = sysconf(_SC_PAGESIZE);
    size_t                     i;
    uintptr_t                  page;
    const pyexec_warm_range_t *mapping;

    for (i = 0; i < scout->nmappings; i++) {
        mapping = &scout->mappings[i];

        for (page = mapping->start; page < mapping->end; page += 2 * page_size)
        {
            (void) madvise((void *) page, page_size, MADV_DONTFORK);
        }
    }
}


static int
pyexec_warm_add(pyexec_warm_scout_t *scout, uintptr_t start, uintptr_t end,
    int write)
{
    pyexec_warm_range_t *last;

    if (scout->nranges) {
        last = &scout->ranges[scout->nranges - 1];

        if (last->write == write && last->end == start) {
            last->end = end;
            return 0;
        }
    }

    if (scout->nranges == PYEXEC_WARM_RANGES) {
        return -1;
    }

    last = &scout->ranges[scout->nranges++];
    last->start = start;
    last->end = end;
    last->write = write;

    return 0;
}


static int
pyexec_warm_open(pyexec_warm_pagemap_t *pagemap)
{
    pagemap->page_size = sysconf(_SC_PAGESIZE);
    pagemap->n = 0;
    pagemap->file = open("/proc/self/pagemap", O_RDONLY|O_CLOEXEC);

    return pagemap->file == -1 ? -1 : 0;
}


/* What the page map says of a page, as it was when a batch was read; or 0. */

static uint64_t
pyexec_warm_page(pyexec_warm_pagemap_t *pagemap, uintptr_t address)
{
    size_t  page = address / pagemap->page_size;
    ssize_t n;

    if (page < pagemap->first || page - pagemap->first >= pagemap->n) {
        n = pread(pagemap->file, pagemap->pages, sizeof(pagemap->pages),
                  page * sizeof(uint64_t));

        pagemap->first = page;
        pagemap->n = n > 0 ? n / sizeof(uint64_t) : 0;

        if (pagemap->n == 0) {
            return 0;
        }
    }

    return pagemap->pages[page - pagemap->first];
}


/*
 * What a run only reads is there when it is forked, and nothing that it does
 * not need.
 */

static void
pyexec_warm_keep(pyexec_warm_scout_t *scout)
{
    int    mem;
    size_t i;

    pyexec_warm_ranges = calloc(scout->nranges, sizeof(pyexec_warm_range_t));

    for (i = 0; pyexec_warm_ranges != NULL && i < scout->nranges; i++) {
        if (scout->ranges[i].write) {
            pyexec_warm_ranges[pyexec_warm_nranges++] = scout->ranges[i];
        }
    }

    mem = open("/proc/self/mem", O_RDWR|O_CLOEXEC);

    for (i = 0; i < scout->nmappings; i++) {
        pyexec_warm_inherit(scout, mem, &scout->mappings[i]);
    }

    if (mem != -1) {
        (void) close(mem);
    }

    if (pyexec_warm_open(&scout->pagemap) == -1) {
        return;
    }

    for (i = 0; i < scout->nmappings; i++) {
        pyexec_warm_drop(scout, &scout->mappings[i]);
    }

    (void) close(scout->pagemap.file);
}


/*
 * A fork leaves out pages of files, which can be had again, unless one page
 * of the mapping has been changed: so one is, to what it is.  /proc/self/mem
 * may write where the process may not; where the kernel forbids that, runs
 * have these pages in faults.
 */

static void
pyexec_warm_inherit(const pyexec_warm_scout_t *scout, int mem,
    const pyexec_warm_range_t *mapping)
{
    char                       byte;
    size_t                     i;
    const pyexec_warm_range_t *range;

    for (i = 0; i < scout->nranges; i++) {
        range = &scout->ranges[i];

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
pyexec_warm_drop(pyexec_warm_scout_t *scout,
    const pyexec_warm_range_t *mapping)
{
    uint64_t                   flags;
    uintptr_t                  page;
    pyexec_warm_pagemap_t     *pagemap = &scout->pagemap;
    const pyexec_warm_range_t *range;

    /* Not what it said of another mapping, a while ago. */
    pagemap->n = 0;

    for (page = mapping->start; page < mapping->end;
         page += pagemap->page_size)
    {
        flags = pyexec_warm_page(pagemap, page);

        if (!(flags & PYEXEC_WARM_PRESENT) || !(flags & PYEXEC_WARM_FILE)) {
            continue;
        }

        range = pyexec_warm_find(scout, page);

        if (range == NULL || range->write) {
            (void) madvise((void *) page, pagemap->page_size, MADV_DONTNEED);
        }
    }
}


/* The range of a page, or NULL; they are in order. */

static const pyexec_warm_range_t *
pyexec_warm_find(const pyexec_warm_scout_t *scout, uintptr_t address)
{
    size_t low = 0, high = scout->nranges, middle;

    while (low < high) {
        middle = low + (high - low) / 2;

        if (address < scout->ranges[middle].start) {
            high = middle;

        } else if (address >= scout->ranges[middle].end) {
            low = middle + 1;

        } else {
            return &scout->ranges[middle];
        }
    }

    return NULL;
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
