#define _GNU_SOURCE

#include <fcntl.h>
#include <stdio.h>

#include "file.h"
#include "idmap.h"


static int pyexec_idmap_write(const char *file, unsigned id);


int
pyexec_idmap_keep(uid_t uid, gid_t gid)
{
    if (pyexec_idmap_write("/proc/self/uid_map", uid) == -1) {
        return -1;
    }

    return pyexec_idmap_write("/proc/self/gid_map", gid);
}


/* One id, the same inside and outside. */

static int
pyexec_idmap_write(const char *file, unsigned id)
{
    char line[64];

    snprintf(line, sizeof(line), "%u %u 1\n", id, id);

    return pyexec_file_write(AT_FDCWD, file, 0, line);
}
