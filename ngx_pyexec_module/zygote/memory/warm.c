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

/* Pages of a mapping that are looked at together first. */
#define PYEXEC_WARM_CHUNK     32

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


typedef struct {
    pyexec_warm_range_t range[PYEXEC_WARM_RANGES];      /* in order */
    size_t              n;
} pyexec_warm_list_t;


/* The zygote's and the scout's; not among the pages that are looked at. */
typedef struct {
    pyexec_warm_range_t   mappings[PYEXEC_WARM_MAPPINGS];
    size_t                nmappings;
    pyexec_warm_list_t    known;        /* of the first scout */
    pyexec_warm_list_t    list;
    int                   done;
    pyexec_warm_pagemap_t pagemap;
} pyexec_warm_scout_t;


/*
 * What every program does.  A page that is not used costs nearly as much as
 * the fault that is saved where it is: what some do is not worth it.
 */
static const char pyexec_warm_program[] =
    "print('Hello, world!')\n";

/* Where it is, it is what most programs import. */
static const char pyexec_warm_numpy[] =
    "import numpy\n"
    "values = numpy.arange(6).reshape(2, 3) * 1.5\n"
    "print('Hello, world!', values.sum(axis=0).min(), values.mean())\n";

/* What a run changes, in order. */
static pyexec_warm_range_t *pyexec_warm_ranges;
static size_t               pyexec_warm_nranges;


static void pyexec_warm_send(pyexec_warm_scout_t *scout,
    const pyexec_program_hooks_t *hooks);
static void pyexec_warm_scout(pyexec_warm_scout_t *scout,
    const pyexec_program_hooks_t *hooks)
    __attribute__((noreturn));
static int pyexec_warm_map(pyexec_warm_scout_t *scout);
static int pyexec_warm_forget(const pyexec_warm_scout_t *scout);
static int pyexec_warm_look(pyexec_warm_scout_t *scout);
static int pyexec_warm_referenced(pyexec_warm_scout_t *scout, int pages);
static int pyexec_warm_split(const pyexec_warm_scout_t *scout, size_t unit,
    int flag);
static int pyexec_warm_classify(pyexec_warm_scout_t *scout, uintptr_t start,
    uintptr_t end);
static int pyexec_warm_add(pyexec_warm_list_t *list, uintptr_t start,
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
    const pyexec_warm_list_t *list, uintptr_t address);


void
pyexec_warm_learn(const pyexec_program_hooks_t *hooks)
{
    pyexec_warm_scout_t *scout;

    scout = mmap(NULL, sizeof(pyexec_warm_scout_t), PROT_READ|PROT_WRITE,
                 MAP_SHARED|MAP_ANONYMOUS, -1, 0);
    if (scout == MAP_FAILED) {
        return;
    }

    /*
     * Pages of files count as referenced when another process has used them
     * a moment ago: those of the second scout that are the first one's, too,
     * are the program's.
     */

    pyexec_warm_send(scout, hooks);

    if (scout->done) {
        scout->known = scout->list;
        pyexec_warm_send(scout, hooks);
    }

    if (scout->done) {
        pyexec_warm_keep(scout);
    }

    (void) munmap(scout, sizeof(pyexec_warm_scout_t));
}


static void
pyexec_warm_send(pyexec_warm_scout_t *scout,
    const pyexec_program_hooks_t *hooks)
{
    pid_t pid;

    scout->done = 0;
    scout->nmappings = 0;
    scout->list.n = 0;

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

    if (PyDict_GetItemString(PyImport_GetModuleDict(), "numpy") != NULL) {
        program.code = pyexec_warm_numpy;
        program.code_len = sizeof(pyexec_warm_numpy) - 1;
    }

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
 * The kernel tells what has been referenced by mapping: so those that have
 * been become mappings of some pages, and those of one.
 */

static int
pyexec_warm_look(pyexec_warm_scout_t *scout)
{
    int rc;

    if (pyexec_warm_open(&scout->pagemap) == -1) {
        return -1;
    }

    rc = pyexec_warm_referenced(scout, 0) == -1
         || pyexec_warm_split(scout, PYEXEC_WARM_CHUNK, MADV_SEQUENTIAL) == -1
         || pyexec_warm_referenced(scout, 0) == -1
         || pyexec_warm_split(scout, 1, MADV_DONTFORK) == -1
         || pyexec_warm_referenced(scout, 1) == -1 ? -1 : 0;

    (void) close(scout->pagemap.file);

    return rc;
}


/* The list of the mappings, or pages, that have been referenced. */

static int
pyexec_warm_referenced(pyexec_warm_scout_t *scout, int pages)
{
    int           rc = 0, private = 0;
    char          line[512], mode[5];
    FILE         *smaps;
    unsigned long size, start = 0, end = 0;

    scout->list.n = 0;

    smaps = fopen("/proc/self/smaps", "re");
    if (smaps == NULL) {
        return -1;
    }

    while (rc == 0 && fgets(line, sizeof(line), smaps) != NULL) {

        if (sscanf(line, "%lx-%lx %4s", &start, &end, mode) == 3) {
            private = mode[3] == 'p' && strstr(line, "[v") == NULL;

        } else if (private
                   && sscanf(line, "Referenced: %lu kB", &size) == 1
                   && size != 0)
        {
            rc = pages ? pyexec_warm_classify(scout, start, end)
                       : pyexec_warm_add(&scout->list, start, end, 0);
        }
    }

    (void) fclose(smaps);

    return rc;
}


/* A flag for every other unit of pages keeps them apart. */

static int
pyexec_warm_split(const pyexec_warm_scout_t *scout, size_t unit, int flag)
{
    size_t                     i;
    uintptr_t                  end, start;
    const pyexec_warm_range_t *range;

    unit *= scout->pagemap.page_size;

    for (i = 0; i < scout->list.n; i++) {
        range = &scout->list.range[i];

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
pyexec_warm_classify(pyexec_warm_scout_t *scout, uintptr_t start,
    uintptr_t end)
{
    int      write;
    uint64_t page;

    page = pyexec_warm_page(&scout->pagemap, start);

    if (end - start != (size_t) scout->pagemap.page_size
        || !(page & PYEXEC_WARM_PRESENT))
    {
        return 0;
    }

    write = !(page & PYEXEC_WARM_FILE) && (page & PYEXEC_WARM_EXCLUSIVE);

    if (!write && scout->known.n
        && pyexec_warm_find(&scout->known, start) == NULL)
    {
        return 0;
    }

    return pyexec_warm_add(&scout->list, start, end, write);
}


static int
pyexec_warm_add(pyexec_warm_list_t *list, uintptr_t start, uintptr_t end,
    int write)
{
    pyexec_warm_range_t *last;

    if (list->n) {
        last = &list->range[list->n - 1];

        if (last->write == write && last->end == start) {
            last->end = end;
            return 0;
        }
    }

    if (list->n == PYEXEC_WARM_RANGES) {
        return -1;
    }

    last = &list->range[list->n++];
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

    const pyexec_warm_list_t *list = &scout->list;

    pyexec_warm_ranges = calloc(list->n, sizeof(pyexec_warm_range_t));

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

    for (i = 0; i < scout->list.n; i++) {
        range = &scout->list.range[i];

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

        range = pyexec_warm_find(&scout->list, page);

        if (range == NULL || range->write) {
            (void) madvise((void *) page, pagemap->page_size, MADV_DONTNEED);
        }
    }
}


/* The range of a page, or NULL. */

static const pyexec_warm_range_t *
pyexec_warm_find(const pyexec_warm_list_t *list, uintptr_t address)
{
    size_t low = 0, high = list->n, middle;

    while (low < high) {
        middle = low + (high - low) / 2;

        if (address < list->range[middle].start) {
            high = middle;

        } else if (address >= list->range[middle].end) {
            low = middle + 1;

        } else {
            return &list->range[middle];
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
