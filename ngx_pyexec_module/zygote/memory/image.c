#define _GNU_SOURCE

#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "image.h"
#include "procmaps.h"
#include "../sandbox/rawcall.h"


/* More than a large interpreter has; others stay as they are. */
#define PYEXEC_IMAGE_MAPPINGS  1024

/*
 * To the C library: no small request, from 1 KB on, nor one that is mapped,
 * from 128 KB on.
 */
#define PYEXEC_IMAGE_LARGE     65536


typedef struct {
    uintptr_t start;
    uintptr_t end;
    int       of_file;          /* its pages may hold what was never read */
} pyexec_image_mapping_t;


typedef struct {
    int              fd;
    pyexec_pagemap_t pagemap;
} pyexec_image_t;


static void pyexec_image_settle(void);
static size_t pyexec_image_mappings(pyexec_image_mapping_t *mappings,
    off_t *size);
static int pyexec_image_move(pyexec_image_t *image,
    const pyexec_image_mapping_t *mapping, off_t offset);
static int pyexec_image_is_used(pyexec_pagemap_t *pagemap,
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

    (void) pyexec_pagemap_open(&image.pagemap);

    offset = 0;

    for (i = 0; i < n; i++) {
        if (pyexec_image_move(&image, &mappings[i], offset) == -1) {
            break;
        }

        offset += mappings[i].end - mappings[i].start;
    }

    if (image.pagemap.file != -1) {
        pyexec_pagemap_close(&image.pagemap);
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


/*
 * Those that hold data: writable ones, or that were until they were ready.
 * Of what a fork shall not copy, a file would be a copy: such is the state of
 * the C library's generator, of which every run would have the same numbers.
 */

static size_t
pyexec_image_mappings(pyexec_image_mapping_t *mappings, off_t *size)
{
    size_t            n = 0;
    pyexec_mapping_t  mapping;
    pyexec_procmaps_t maps;

    *size = 0;

    if (pyexec_procmaps_open(&maps, "/proc/self/smaps") == -1) {
        return 0;
    }

    while (n < PYEXEC_IMAGE_MAPPINGS
           && pyexec_procmaps_next(&maps, &mapping))
    {
        if (!mapping.readable || !mapping.writable || mapping.executable
            || !mapping.private || mapping.is_stack || mapping.is_kernel
            || !mapping.is_copied)
        {
            continue;
        }

        mappings[n].start = mapping.start;
        mappings[n].end = mapping.end;
        mappings[n].of_file = mapping.of_file;
        *size += mapping.end - mapping.start;
        n++;
    }

    pyexec_procmaps_close(&maps);

    return n;
}


/*
 * What the C library has of its own is among it: between the first write and
 * the new mapping nothing but the stack may change.
 */

static int
pyexec_image_move(pyexec_image_t *image,
    const pyexec_image_mapping_t *mapping, off_t offset)
{
    if (!mapping->of_file && !pyexec_image_is_used(&image->pagemap, mapping)) {
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
pyexec_image_is_used(pyexec_pagemap_t *pagemap,
    const pyexec_image_mapping_t *mapping)
{
    size_t    used = 0;
    uint64_t  flags;
    uintptr_t page;

    if (pagemap->file == -1) {
        return 0;
    }

    for (page = mapping->start; page < mapping->end;
         page += pagemap->page_size)
    {
        flags = pyexec_pagemap_page(pagemap, page);
        used += (flags & (PYEXEC_PAGE_PRESENT|PYEXEC_PAGE_SWAPPED)) != 0;
    }

    return used * pagemap->page_size * 2 >= mapping->end - mapping->start;
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
