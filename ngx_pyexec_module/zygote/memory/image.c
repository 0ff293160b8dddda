#define _GNU_SOURCE

#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "image.h"
#include "../sandbox/rawcall.h"


#define PYEXEC_IMAGE_MAPPINGS  1024

/* Not small, and not as large as what is mapped. */
#define PYEXEC_IMAGE_LARGE     65536


/* What /proc/PID/pagemap says of a page that has ever been used. */
#define PYEXEC_IMAGE_USED      (3ULL << 62)

/* Pages of the page map read at a time. */
#define PYEXEC_IMAGE_BATCH     256


typedef struct {
    uintptr_t start;
    uintptr_t end;
    int       of_file;          /* its pages may hold what was never read */
} pyexec_image_mapping_t;


typedef struct {
    int  fd;
    int  pagemap;               /* or -1 */
    long page_size;
} pyexec_image_t;


static void pyexec_image_settle(void);
static size_t pyexec_image_mappings(pyexec_image_mapping_t *mappings,
    off_t *size);
static int pyexec_image_move(const pyexec_image_t *image,
    const pyexec_image_mapping_t *mapping, off_t offset);
static int pyexec_image_is_used(const pyexec_image_t *image,
    const pyexec_image_mapping_t *mapping);
static int pyexec_image_write(const pyexec_image_t *image, uintptr_t start,
    uintptr_t end, off_t offset);


int
pyexec_image_create(void)
{
    return memfd_create("pyexec-image", MFD_CLOEXEC|MFD_ALLOW_SEALING);
}


void
pyexec_image_take(int fd)
{
    off_t                  offset, size;
    size_t                 i, n;
    pyexec_image_t         image = { .fd = fd };
    pyexec_image_mapping_t mappings[PYEXEC_IMAGE_MAPPINGS];

    pyexec_image_settle();

    if (fd == -1) {
        return;
    }

    n = pyexec_image_mappings(mappings, &size);

    if (ftruncate(fd, size) == -1) {
        (void) close(fd);
        return;
    }

    image.page_size = sysconf(_SC_PAGESIZE);
    image.pagemap = open("/proc/self/pagemap", O_RDONLY|O_CLOEXEC);

    offset = 0;

    for (i = 0; i < n; i++) {
        if (pyexec_image_move(&image, &mappings[i], offset) == -1) {
            break;
        }

        offset += mappings[i].end - mappings[i].start;
    }

    if (image.pagemap != -1) {
        (void) close(image.pagemap);
    }

    (void) fcntl(fd, F_ADD_SEALS,
                 F_SEAL_WRITE|F_SEAL_SHRINK|F_SEAL_GROW|F_SEAL_SEAL);
    (void) close(fd);
}


/*
 * The first large request makes glibc join small free chunks, and the next
 * one sort them, with a write to each: better here than in every run.
 */

static void
pyexec_image_settle(void)
{
    void *volatile p;

    (void) malloc_trim(0);

    p = malloc(PYEXEC_IMAGE_LARGE);
    free(p);
}


/* Those that hold data: writable ones, or that were until they were ready. */

static size_t
pyexec_image_mappings(pyexec_image_mapping_t *mappings, off_t *size)
{
    char          line[512], mode[5];
    FILE         *maps;
    size_t        n = 0;
    unsigned long start, end, inode;

    *size = 0;

    maps = fopen("/proc/self/maps", "re");
    if (maps == NULL) {
        return 0;
    }

    while (n < PYEXEC_IMAGE_MAPPINGS && fgets(line, sizeof(line), maps)) {

        if (sscanf(line, "%lx-%lx %4s %*s %*s %lu", &start, &end, mode,
                   &inode)
            != 4
            || strncmp(mode, "rw-p", 4) != 0
            || strstr(line, "[stack") != NULL
            || strstr(line, "[v") != NULL)
        {
            continue;
        }

        mappings[n].start = start;
        mappings[n].end = end;
        mappings[n].of_file = inode != 0;
        *size += end - start;
        n++;
    }

    (void) fclose(maps);

    return n;
}


/*
 * What the C library has of its own is among it: between the first write and
 * the new mapping nothing but the stack may change.
 */

static int
pyexec_image_move(const pyexec_image_t *image,
    const pyexec_image_mapping_t *mapping, off_t offset)
{
    if (!mapping->of_file && !pyexec_image_is_used(image, mapping)) {
        return 0;
    }

    if (pyexec_image_write(image, mapping->start, mapping->end, offset)
        == -1)
    {
        return -1;
    }

    return mmap((void *) mapping->start, mapping->end - mapping->start,
                PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED, image->fd,
                offset)
           == MAP_FAILED ? -1 : 0;
}


/*
 * Whether half of its pages are.  What was reserved and never used takes no
 * memory, but would in a file.
 */

static int
pyexec_image_is_used(const pyexec_image_t *image,
    const pyexec_image_mapping_t *mapping)
{
    long      i, n;
    size_t    used = 0;
    uint64_t  pages[PYEXEC_IMAGE_BATCH];
    uintptr_t page = mapping->start;

    while (page < mapping->end) {
        n = (mapping->end - page) / image->page_size;

        if (n > PYEXEC_IMAGE_BATCH) {
            n = PYEXEC_IMAGE_BATCH;
        }

        if (pread(image->pagemap, pages, n * sizeof(uint64_t),
                  page / image->page_size * sizeof(uint64_t))
            != n * (long) sizeof(uint64_t))
        {
            return 0;
        }

        for (i = 0; i < n; i++) {
            used += (pages[i] & PYEXEC_IMAGE_USED) != 0;
        }

        page += n * image->page_size;
    }

    return used * image->page_size * 2 >= mapping->end - mapping->start;
}


static int
pyexec_image_write(const pyexec_image_t *image, uintptr_t start,
    uintptr_t end, off_t offset)
{
    long n;

    while (start < end) {
        n = pyexec_rawcall(SYS_pwrite64, image->fd, (long) start, end - start,
                           offset);

        if (n <= 0) {
            return -1;
        }

        start += n;
        offset += n;
    }

    return 0;
}
