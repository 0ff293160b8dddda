/*
 * What the kernel says of the memory of a process: the files maps, smaps and
 * pagemap of /proc/PID.
 *
 * Nothing here allocates but the stream of a file that is open.
 */

#ifndef PYEXEC_PROCMAPS_H
#define PYEXEC_PROCMAPS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>


typedef struct {
    uintptr_t start;
    uintptr_t end;

    unsigned  readable:1;
    unsigned  writable:1;
    unsigned  executable:1;
    unsigned  private:1;        /* a fork copies what is written to it */
    unsigned  of_file:1;
    unsigned  is_stack:1;       /* of the main thread */
    unsigned  is_kernel:1;      /* [vvar], [vdso] and such: no memory */
    unsigned  is_copied:1;      /* by a fork, as it is; from smaps, else 0 */

    size_t    referenced;       /* bytes; from smaps, else 0 */
} pyexec_mapping_t;


typedef struct {
    FILE            *file;
    int              has_next;
    pyexec_mapping_t next;      /* its first line has been read */
} pyexec_procmaps_t;


/* Of a maps or smaps file.  Returns 0, or -1 with errno. */
int pyexec_procmaps_open(pyexec_procmaps_t *maps, const char *path);

/* The mappings, in order: 1 for one, 0 when there are no more. */
int pyexec_procmaps_next(pyexec_procmaps_t *maps, pyexec_mapping_t *mapping);

void pyexec_procmaps_close(pyexec_procmaps_t *maps);


/* What the page map says of a page. */
#define PYEXEC_PAGE_PRESENT    (1ULL << 63)
#define PYEXEC_PAGE_SWAPPED    (1ULL << 62)
#define PYEXEC_PAGE_FILE       (1ULL << 61)     /* or shared memory */
#define PYEXEC_PAGE_EXCLUSIVE  (1ULL << 56)     /* nobody else has it */

/* Entries read at a time: a page of them. */
#define PYEXEC_PAGEMAP_BATCH   512


typedef struct {
    int      file;
    long     page_size;
    size_t   first;             /* the number of pages[0] */
    size_t   n;
    uint64_t pages[PYEXEC_PAGEMAP_BATCH];
} pyexec_pagemap_t;


/* Of this process.  Returns 0, or -1 with errno. */
int pyexec_pagemap_open(pyexec_pagemap_t *pagemap);

/*
 * What it says of a page, as it was when its batch was read, or 0.  After
 * pyexec_pagemap_forget() it is read anew.
 */
uint64_t pyexec_pagemap_page(pyexec_pagemap_t *pagemap, uintptr_t address);
void pyexec_pagemap_forget(pyexec_pagemap_t *pagemap);

void pyexec_pagemap_close(pyexec_pagemap_t *pagemap);


#endif /* PYEXEC_PROCMAPS_H */
