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

#define PYEXEC_WARM_RANGES  512

/* Pages of the page map read at a time. */
#define PYEXEC_WARM_BATCH   512


typedef struct {
    uintptr_t mapping;          /* where the mapping it is in begins */
    uintptr_t start;
    size_t    len;
    int       advice;
} pyexec_warm_range_t;


/* What most programs do: import, define, compute, print. */
static const char pyexec_warm_program[] =
    "import math, sys\n"
    "def area(r):\n"
    "    return math.pi * r ** 2\n"
    "values = [area(n) for n in range(3)]\n"
    "print('Hello, world!', f'{sum(values):.2f}', len(sys.argv))\n";

static pyexec_warm_range_t pyexec_warm_ranges[PYEXEC_WARM_RANGES];
static size_t              pyexec_warm_nranges;


static void pyexec_warm_scout(const pyexec_program_hooks_t *hooks, int out)
    __attribute__((noreturn));
static int pyexec_warm_look(void);
static int pyexec_warm_look_at(int pagemap, uintptr_t start, uintptr_t end);
static int pyexec_warm_add(uintptr_t mapping, uintptr_t page, int advice);
static void pyexec_warm_keep(void);


void
pyexec_warm_learn(const pyexec_program_hooks_t *hooks)
{
    int     fds[2];
    char   *p = (char *) pyexec_warm_ranges;
    pid_t   pid;
    size_t  len = 0;
    ssize_t n;

    if (pipe2(fds, O_CLOEXEC) == -1) {
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

        pyexec_warm_scout(hooks, fds[1]);
    }

    if (!hooks->plain_fork) {
        PyOS_AfterFork_Parent();
    }

    (void) close(fds[1]);

    while (pid != -1 && len < sizeof(pyexec_warm_ranges)) {
        n = read(fds[0], p + len, sizeof(pyexec_warm_ranges) - len);

        if (n == 0 || (n == -1 && errno != EINTR)) {
            break;
        }

        len += n > 0 ? n : 0;
    }

    (void) close(fds[0]);

    if (pid != -1) {
        (void) waitpid(pid, NULL, 0);
    }

    pyexec_warm_nranges = len / sizeof(pyexec_warm_range_t);

    pyexec_warm_keep();
}


static void
pyexec_warm_scout(const pyexec_program_hooks_t *hooks, int out)
{
    int              null;
    size_t           len;
    pyexec_program_t program = {
        .code = pyexec_warm_program,
        .code_len = sizeof(pyexec_warm_program) - 1,
        .args = "",
    };

    null = open("/dev/null", O_RDWR|O_CLOEXEC);

    if (null == -1
        || dup2(null, STDIN_FILENO) == -1
        || dup2(null, STDOUT_FILENO) == -1
        || dup2(null, STDERR_FILENO) == -1
        || pyexec_program_prepare(hooks) == -1
        || pyexec_program_run(&program) != 0
        || pyexec_warm_look() == -1)
    {
        _exit(EXIT_FAILURE);
    }

    len = pyexec_warm_nranges * sizeof(pyexec_warm_range_t);

    _exit(write(out, pyexec_warm_ranges, len) == (ssize_t) len
          ? EXIT_SUCCESS : EXIT_FAILURE);
}


static int
pyexec_warm_look(void)
{
    int           pagemap, rc = 0;
    char          line[512], shared;
    FILE         *maps;
    unsigned long start, end;

    pagemap = open("/proc/self/pagemap", O_RDONLY|O_CLOEXEC);
    if (pagemap == -1) {
        return -1;
    }

    maps = fopen("/proc/self/maps", "re");
    if (maps == NULL) {
        (void) close(pagemap);
        return -1;
    }

    while (rc == 0 && fgets(line, sizeof(line), maps) != NULL) {

        /* [vvar] and [vdso] are not memory. */
        if (sscanf(line, "%lx-%lx %*3s%c", &start, &end, &shared) == 3
            && shared == 'p'
            && strstr(line, "[v") == NULL)
        {
            rc = pyexec_warm_look_at(pagemap, start, end);
        }
    }

    (void) fclose(maps);
    (void) close(pagemap);

    return rc;
}


static int
pyexec_warm_look_at(int pagemap, uintptr_t start, uintptr_t end)
{
    long      size = sysconf(_SC_PAGESIZE);
    size_t    i, n;
    ssize_t   len;
    uint64_t  pages[PYEXEC_WARM_BATCH];
    uintptr_t page = start;

    while (page < end) {
        n = (end - page) / size;

        if (n > PYEXEC_WARM_BATCH) {
            n = PYEXEC_WARM_BATCH;
        }

        len = pread(pagemap, pages, n * sizeof(uint64_t),
                    page / size * sizeof(uint64_t));
        if (len != (ssize_t) (n * sizeof(uint64_t))) {
            return -1;
        }

        for (i = 0; i < n; i++, page += size) {
            if (!(pages[i] & PYEXEC_WARM_PRESENT)) {
                continue;
            }

            if (pages[i] & PYEXEC_WARM_FILE) {
                if (pyexec_warm_add(start, page, MADV_POPULATE_READ) == -1) {
                    return -1;
                }

            } else if ((pages[i] & PYEXEC_WARM_EXCLUSIVE)
                       && pyexec_warm_add(start, page, MADV_POPULATE_WRITE)
                          == -1)
            {
                return -1;
            }
        }
    }

    return 0;
}


static int
pyexec_warm_add(uintptr_t mapping, uintptr_t page, int advice)
{
    long                 size = sysconf(_SC_PAGESIZE);
    pyexec_warm_range_t *last;

    if (pyexec_warm_nranges) {
        last = &pyexec_warm_ranges[pyexec_warm_nranges - 1];

        if (last->advice == advice
            && page == last->start + last->len)
        {
            last->len = page + size - last->start;
            return 0;
        }
    }

    if (pyexec_warm_nranges == PYEXEC_WARM_RANGES) {
        return -1;
    }

    pyexec_warm_ranges[pyexec_warm_nranges].mapping = mapping;
    pyexec_warm_ranges[pyexec_warm_nranges].start = page;
    pyexec_warm_ranges[pyexec_warm_nranges].len = size;
    pyexec_warm_ranges[pyexec_warm_nranges].advice = advice;
    pyexec_warm_nranges++;

    return 0;
}


/*
 * Pages of files are had again in a fault for some of them at a time, for
 * which the kernel leaves them out when it forks.  It does not where one page
 * of the mapping has been changed: so one is, to what it is.  /proc/self/mem
 * may write where the program may not, if the kernel is not told otherwise;
 * then runs ask for those pages, too.
 */

static void
pyexec_warm_keep(void)
{
    int                  changed = 0, mem;
    char                 byte;
    size_t               i, n = 0;
    uintptr_t            mapping = 0;
    pyexec_warm_range_t *range;

    mem = open("/proc/self/mem", O_RDWR|O_CLOEXEC);

    for (i = 0; i < pyexec_warm_nranges; i++) {
        range = &pyexec_warm_ranges[i];

        if (mem != -1 && range->advice == MADV_POPULATE_READ) {

            if (range->mapping != mapping) {
                mapping = range->mapping;
                changed = pread(mem, &byte, 1, range->start) == 1
                          && pwrite(mem, &byte, 1, range->start) == 1;
            }

            if (changed
                && madvise((void *) range->start, range->len, range->advice)
                   == 0)
            {
                continue;
            }
        }

        pyexec_warm_ranges[n++] = *range;
    }

    pyexec_warm_nranges = n;

    if (mem != -1) {
        (void) close(mem);
    }
}


/* What the scout had and the zygote has not is an error that does not count. */

void
pyexec_warm(void)
{
    size_t i;

    for (i = 0; i < pyexec_warm_nranges; i++) {
        (void) madvise((void *) pyexec_warm_ranges[i].start,
                       pyexec_warm_ranges[i].len,
                       pyexec_warm_ranges[i].advice);
    }
}
