#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup_file.h"
#include "file.h"
#include "rawcall.h"


int
pyexec_cgroup_file_directory(int parent, const char *name)
{
    if (mkdirat(parent, name, 0755) == -1 && errno != EEXIST) {
        return -1;
    }

    return openat(parent, name, O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
}


DIR *
pyexec_cgroup_file_list(int fd)
{
    int  copy;
    DIR *list;

    copy = openat(fd, ".", O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (copy == -1) {
        return NULL;
    }

    list = fdopendir(copy);
    if (list == NULL) {
        (void) close(copy);
    }

    return list;
}


int
pyexec_cgroup_file_read(int dir, const char *file, char *text, size_t size)
{
    int     fd, error;
    ssize_t n;

    fd = openat(dir, file, O_RDONLY|O_NOFOLLOW|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    n = read(fd, text, size - 1);
    error = errno;
    (void) close(fd);
    errno = error;

    if (n == -1) {
        return -1;
    }

    text[n] = '\0';

    return 0;
}


int
pyexec_cgroup_file_write(int dir, const char *file, const char *text)
{
    return pyexec_file_write(dir, file, O_NOFOLLOW, text);
}


int
pyexec_cgroup_file_events(int fd, const char *key, uint64_t *value)
{
    char        text[512];
    long        n;
    size_t      i;
    const char *p, *end;

    n = pyexec_rawcall(SYS_pread64, fd, (long) text, sizeof(text), 0);
    if (n < 0) {
        return -1;
    }

    p = text;
    end = text + n;

    while (p < end) {
        for (i = 0; key[i] && p + i < end && p[i] == key[i]; i++) { }

        if (key[i] == '\0' && p + i < end && p[i] == ' ') {
            *value = 0;

            for (p += i + 1; p < end && *p >= '0' && *p <= '9'; p++) {
                *value = *value * 10 + (*p - '0');
            }

            return 0;
        }

        while (p < end && *p++ != '\n') { }
    }

    return -1;
}


int
pyexec_cgroup_file_populated(int dir)
{
    int      fd, rc;
    uint64_t populated;

    fd = openat(dir, "cgroup.events", O_RDONLY|O_NOFOLLOW|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    rc = pyexec_cgroup_file_events(fd, "populated", &populated);
    (void) close(fd);

    if (rc == -1) {
        errno = ENODATA;
        return -1;
    }

    return populated != 0;
}


int
pyexec_cgroup_file_move(int dir)
{
    return pyexec_cgroup_file_write(dir, "cgroup.procs", "0");
}


int
pyexec_cgroup_file_remove(int parent, const char *name)
{
    int            fd, populated;
    DIR           *list;
    struct dirent *entry;

    fd = openat(parent, name, O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    populated = pyexec_cgroup_file_populated(fd);
    list = populated == 0 ? pyexec_cgroup_file_list(fd) : NULL;

    if (list != NULL) {
        while ((entry = readdir(list)) != NULL) {
            if (entry->d_type == DT_DIR && entry->d_name[0] != '.') {
                (void) unlinkat(fd, entry->d_name, AT_REMOVEDIR);
            }
        }

        (void) closedir(list);
    }

    (void) close(fd);

    if (populated) {
        if (populated == 1) {
            errno = EBUSY;
        }
        return -1;
    }

    return unlinkat(parent, name, AT_REMOVEDIR);
}
