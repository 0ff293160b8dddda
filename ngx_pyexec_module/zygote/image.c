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
#include "rawcall.h"


#define PYEXEC_IMAGE_MAPPINGS  1024

/* Not small, and not as large as what is mapped. */
#define PYEXEC_IMAGE_LARGE     65536


typedef struct {
    uintptr_t start;
    size_t    len;
    int       protection;
} pyexec_image_mapping_t;


static void pyexec_image_settle(void);
static size_t pyexec_image_mappings(pyexec_image_mapping_t *mappings,
    off_t *size);
static int pyexec_image_move(const pyexec_image_mapping_t *mapping, int fd,
    off_t offset);


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

    offset = 0;

    for (i = 0; i < n; i++) {
        if (pyexec_image_move(&mappings[i], fd, offset) == -1) {
            break;
        }

        offset += mappings[i].len;
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
    unsigned long start, end;

    *size = 0;

    maps = fopen("/proc/self/maps", "re");
    if (maps == NULL) {
        return 0;
    }

    while (n < PYEXEC_IMAGE_MAPPINGS && fgets(line, sizeof(line), maps)) {

        if (sscanf(line, "%lx-%lx %4s", &start, &end, mode) != 3
            || strncmp(mode, "rw-p", 4) != 0
            || strstr(line, "[stack") != NULL
            || strstr(line, "[v") != NULL)
        {
            continue;
        }

        mappings[n].start = start;
        mappings[n].len = end - start;
        mappings[n].protection = PROT_READ|PROT_WRITE;
        *size += mappings[n].len;
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
pyexec_image_move(const pyexec_image_mapping_t *mapping, int fd, off_t offset)
{
    long   n;
    size_t done;

    for (done = 0; done < mapping->len; done += n) {
        n = pyexec_rawcall(SYS_pwrite64, fd, (long) mapping->start + done,
                           mapping->len - done, offset + done);

        if (n <= 0) {
            return -1;
        }
    }

    return mmap((void *) mapping->start, mapping->len, mapping->protection,
                MAP_PRIVATE|MAP_FIXED, fd, offset) == MAP_FAILED ? -1 : 0;
}
