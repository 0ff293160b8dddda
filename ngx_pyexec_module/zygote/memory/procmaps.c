#define _GNU_SOURCE

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "procmaps.h"


/*
 * As much of a line as is looked at.  What comes before a file's name takes
 * some 80 characters, and of a name only the beginning matters.
 */
#define PYEXEC_PROCMAPS_LINE  256


static int pyexec_procmaps_line(FILE *file, char *line);
static int pyexec_procmaps_header(const char *line,
    pyexec_mapping_t *mapping);


int
pyexec_procmaps_open(pyexec_procmaps_t *maps, const char *path)
{
    memset(maps, 0, sizeof(pyexec_procmaps_t));
    maps->file = fopen(path, "re");

    return maps->file == NULL ? -1 : 0;
}


void
pyexec_procmaps_close(pyexec_procmaps_t *maps)
{
    (void) fclose(maps->file);
}


/*
 * A mapping's line is followed, in smaps, by lines of its own, in an order
 * that depends on the kernel.
 */

int
pyexec_procmaps_next(pyexec_procmaps_t *maps, pyexec_mapping_t *mapping)
{
    char             line[PYEXEC_PROCMAPS_LINE];
    unsigned long    size;
    pyexec_mapping_t next;

    int have = maps->has_next;

    *mapping = maps->next;
    maps->has_next = 0;

    while (pyexec_procmaps_line(maps->file, line)) {

        if (pyexec_procmaps_header(line, &next)) {

            if (have) {
                maps->next = next;
                maps->has_next = 1;
                return 1;
            }

            *mapping = next;
            have = 1;

        } else if (sscanf(line, "Referenced: %lu kB", &size) == 1) {
            mapping->referenced = size * 1024;

        } else if (strncmp(line, "VmFlags:", 8) == 0) {
            mapping->is_copied = strstr(line, " wf") == NULL
                                 && strstr(line, " dp") == NULL
                                 && strstr(line, " dc") == NULL;
        }
    }

    return have;
}


/* One line, or the beginning of a long one; 0 at the end. */

static int
pyexec_procmaps_line(FILE *file, char *line)
{
    int c;

    if (fgets(line, PYEXEC_PROCMAPS_LINE, file) == NULL) {
        return 0;
    }

    if (strchr(line, '\n') == NULL) {
        do {
            c = getc(file);
        } while (c != '\n' && c != EOF);
    }

    return 1;
}


/*
 * Whether it is the line of a mapping, such as
 *
 *     55b0aaad9000-55b0aaadc000 r--p 00000000 fe:00 248030      /usr/bin/sed
 *
 * The name in brackets of what is no file is the kernel's; one of a file
 * starts with a slash.
 */

static int
pyexec_procmaps_header(const char *line, pyexec_mapping_t *mapping)
{
    int           name = 0;
    char          mode[5];
    unsigned long start, end, inode;

    if (sscanf(line, "%lx-%lx %4s %*x %*x:%*x %lu %n", &start, &end, mode,
               &inode, &name)
        != 4
        || strlen(mode) != 4)
    {
        return 0;
    }

    memset(mapping, 0, sizeof(pyexec_mapping_t));
    mapping->start = start;
    mapping->end = end;
    mapping->readable = mode[0] == 'r';
    mapping->writable = mode[1] == 'w';
    mapping->executable = mode[2] == 'x';
    mapping->private = mode[3] == 'p';
    mapping->of_file = inode != 0;
    mapping->is_stack = strncmp(line + name, "[stack", 6) == 0;
    mapping->is_kernel = strncmp(line + name, "[v", 2) == 0;

    return 1;
}


int
pyexec_pagemap_open(pyexec_pagemap_t *pagemap)
{
    pagemap->page_size = sysconf(_SC_PAGESIZE);
    pagemap->n = 0;
    pagemap->file = open("/proc/self/pagemap", O_RDONLY|O_CLOEXEC);

    return pagemap->file == -1 ? -1 : 0;
}


uint64_t
pyexec_pagemap_page(pyexec_pagemap_t *pagemap, uintptr_t address)
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


void
pyexec_pagemap_forget(pyexec_pagemap_t *pagemap)
{
    pagemap->n = 0;
}


void
pyexec_pagemap_close(pyexec_pagemap_t *pagemap)
{
    (void) close(pagemap->file);
}
