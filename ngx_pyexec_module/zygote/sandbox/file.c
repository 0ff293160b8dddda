#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "file.h"


int
pyexec_file_write(int dir, const char *path, int flags, const char *text)
{
    int     fd, error;
    ssize_t n, len = strlen(text);

    fd = openat(dir, path, O_WRONLY|O_CLOEXEC|flags, 0644);
    if (fd == -1) {
        return -1;
    }

    n = len ? write(fd, text, len) : 0;

    if (n == len) {
        return close(fd);
    }

    error = n == -1 ? errno : ENOSPC;
    (void) close(fd);
    errno = error;

    return -1;
}
