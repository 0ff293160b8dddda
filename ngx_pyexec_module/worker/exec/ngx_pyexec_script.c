
#include "ngx_pyexec_script.h"

#include <sys/file.h>
#include <sys/random.h>


#define NGX_PYEXEC_SCRIPT_SUFFIX  ".py"
#define NGX_PYEXEC_SCRIPT_MAIN    "main.py"
#define NGX_PYEXEC_SCRIPT_TRIES   3


static ngx_int_t ngx_pyexec_script_name(ngx_pyexec_script_t *script,
    ngx_path_t *path, ngx_uint_t directory, u_char *id, ngx_pool_t *pool);
static char *ngx_pyexec_script_write(ngx_pyexec_script_t *script,
    ngx_str_t *code);
static void ngx_pyexec_script_remove(int dfd, char *name, ngx_log_t *log);
static ngx_uint_t ngx_pyexec_script_is_name(u_char *name);
static ngx_int_t ngx_pyexec_script_lock(ngx_fd_t fd);


ngx_int_t
ngx_pyexec_script_create(ngx_pyexec_script_t *script, ngx_path_t *path,
    ngx_uint_t directory, ngx_str_t *code, u_char *id, ngx_pool_t *pool)
{
    char        *failed;
    ngx_err_t    err;
    ngx_uint_t   tries;

    if (ngx_pyexec_script_name(script, path, directory, id, pool) != NGX_OK) {
        return NGX_ERROR;
    }

    for (tries = 0; /* void */ ; tries++) {

        script->fd = open((char *) script->name,
                          O_CREAT|O_EXCL|O_WRONLY|O_NOFOLLOW|O_CLOEXEC, 0600);

        if (script->fd == NGX_INVALID_FILE) {
            failed = ngx_open_file_n;
            break;
        }

        /* until it is locked, another worker's sweep may take it */

        if (ngx_pyexec_script_lock(script->fd) == NGX_OK) {
            failed = ngx_pyexec_script_write(script, code);

            if (failed == NULL) {
                return NGX_OK;
            }

            break;
        }

        if (ngx_errno != EWOULDBLOCK || tries == NGX_PYEXEC_SCRIPT_TRIES) {
            failed = "flock()";
            break;
        }

        (void) ngx_delete_file(script->name);
        (void) ngx_close_file(script->fd);
    }

    err = ngx_errno;
    ngx_log_error(NGX_LOG_CRIT, pool->log, err,
                  "pyexec: %s \"%s\" failed", failed, script->name);

    ngx_pyexec_script_close(script, pool->log);
    ngx_set_errno(err);

    return NGX_ERROR;
}


static ngx_int_t
ngx_pyexec_script_name(ngx_pyexec_script_t *script, ngx_path_t *path,
    ngx_uint_t directory, u_char *id, ngx_pool_t *pool)
{
    u_char  *p;
    size_t   len;

    len = path->name.len + 1 + NGX_PYEXEC_UUID_LEN;

    p = ngx_pnalloc(pool, len + sizeof(NGX_PYEXEC_SCRIPT_SUFFIX) + len + 1);
    if (p == NULL) {
        ngx_set_errno(NGX_ENOMEM);
        return NGX_ERROR;
    }

    script->name = p;

    p = ngx_sprintf(p, "%V/%*s" NGX_PYEXEC_SCRIPT_SUFFIX "%Z", &path->name,
                    (size_t) NGX_PYEXEC_UUID_LEN, id);

    script->directory.data = p;
    script->directory.len = directory ? len : 0;

    (void) ngx_sprintf(p, "%*s%Z", script->directory.len, script->name);

    return NGX_OK;
}


/* What failed, with errno set, or NULL. */

static char *
ngx_pyexec_script_write(ngx_pyexec_script_t *script,
    ngx_str_t *code)
{
    char     target[3 + NGX_PYEXEC_UUID_LEN
                    + sizeof(NGX_PYEXEC_SCRIPT_SUFFIX)];
    char     link[NGX_MAX_PATH];
    ssize_t  n;

    n = write(script->fd, code->data, code->len);

    if (n != (ssize_t) code->len) {

        if (n != -1) {
            ngx_set_errno(NGX_ENOSPC);
        }

        return "write()";
    }

    if (script->directory.len == 0) {
        return NULL;
    }

    if (mkdir((char *) script->directory.data, 0700) == -1) {
        return "mkdir()";
    }

    (void) ngx_snprintf((u_char *) link, sizeof(link),
                        "%V/" NGX_PYEXEC_SCRIPT_MAIN "%Z",
                        &script->directory);

    (void) ngx_sprintf((u_char *) target,
                       "../%*s" NGX_PYEXEC_SCRIPT_SUFFIX "%Z",
                       (size_t) NGX_PYEXEC_UUID_LEN,
                       script->directory.data + script->directory.len
                       - NGX_PYEXEC_UUID_LEN);

    if (symlink(target, link) == -1) {
        return "symlink()";
    }

    /* what a program made there would stay when it ends */

    return chmod((char *) script->directory.data, 0500) == -1 ? "chmod()"
                                                              : NULL;
}


void
ngx_pyexec_script_delete(ngx_pyexec_script_t *script, ngx_log_t *log)
{
    if (script->fd == NGX_INVALID_FILE || script->name == NULL) {
        return;
    }

    if (script->directory.len) {
        ngx_pyexec_script_remove(AT_FDCWD, (char *) script->directory.data,
                                 log);
    }

    if (ngx_delete_file(script->name) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_CRIT, log, ngx_errno,
                      "pyexec: " ngx_delete_file_n " \"%s\" failed",
                      script->name);
    }

    script->name = NULL;
}


void
ngx_pyexec_script_close(ngx_pyexec_script_t *script, ngx_log_t *log)
{
    if (script->fd == NGX_INVALID_FILE) {
        return;
    }

    ngx_pyexec_script_delete(script, log);

    if (ngx_close_file(script->fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, log, ngx_errno,
                      "pyexec: " ngx_close_file_n " of a script failed");
    }

    script->fd = NGX_INVALID_FILE;
}


/* Nobody but root removes what is in it without changing its mode first. */

static void
ngx_pyexec_script_remove(int dfd, char *name, ngx_log_t *log)
{
    char  link[NGX_MAX_PATH];

    (void) ngx_snprintf((u_char *) link, sizeof(link),
                        "%s/" NGX_PYEXEC_SCRIPT_MAIN "%Z", name);

    if (unlinkat(dfd, link, 0) == -1 && ngx_errno == NGX_EACCES
        && fchmodat(dfd, name, 0700, 0) == 0)
    {
        (void) unlinkat(dfd, link, 0);
    }

    if (unlinkat(dfd, name, AT_REMOVEDIR) == -1 && ngx_errno != NGX_ENOENT) {
        ngx_log_error(NGX_LOG_CRIT, log, ngx_errno,
                      "pyexec: rmdir() \"%s\" failed", name);
    }
}


void
ngx_pyexec_script_sweep(ngx_path_t *path, ngx_log_t *log)
{
    int         dfd;
    u_char     *name, directory[NGX_PYEXEC_UUID_LEN + 1];
    ngx_fd_t    fd;
    ngx_dir_t   dir;
    ngx_uint_t  n;

    if (ngx_open_dir(&path->name, &dir) == NGX_ERROR) {
        ngx_log_error(NGX_LOG_CRIT, log, ngx_errno,
                      "pyexec: " ngx_open_dir_n " \"%V\" failed",
                      &path->name);
        return;
    }

    n = 0;
    dfd = dirfd(dir.dir);

    while (ngx_read_dir(&dir) == NGX_OK) {
        name = ngx_de_name(&dir);

        if (!ngx_pyexec_script_is_name(name)) {
            continue;
        }

        fd = openat(dfd, (char *) name,
                    O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC);

        if (fd == NGX_INVALID_FILE) {
            continue;
        }

        /* a live worker has its scripts locked */

        if (ngx_pyexec_script_lock(fd) == NGX_OK) {
            (void) ngx_cpystrn(directory, name, sizeof(directory));
            ngx_pyexec_script_remove(dfd, (char *) directory, log);

            if (unlinkat(dfd, (char *) name, 0) == 0) {
                n++;
            }
        }

        (void) ngx_close_file(fd);
    }

    (void) ngx_close_dir(&dir);

    if (n) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "pyexec: deleted %ui scripts that a worker left "
                      "in \"%V\"", n, &path->name);
    }
}


/* RFC 9562, version 4 */

ngx_int_t
ngx_pyexec_script_uuid(u_char id[NGX_PYEXEC_UUID_LEN], ngx_log_t *log)
{
    u_char  b[16];

    if (getrandom(b, sizeof(b), 0) != sizeof(b)) {
        ngx_log_error(NGX_LOG_ALERT, log, ngx_errno,
                      "pyexec: getrandom() failed");
        return NGX_ERROR;
    }

    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;

    id = ngx_hex_dump(id, b, 4);
    *id++ = '-';
    id = ngx_hex_dump(id, b + 4, 2);
    *id++ = '-';
    id = ngx_hex_dump(id, b + 6, 2);
    *id++ = '-';
    id = ngx_hex_dump(id, b + 8, 2);
    *id++ = '-';
    (void) ngx_hex_dump(id, b + 10, 6);

    return NGX_OK;
}


static ngx_uint_t
ngx_pyexec_script_is_name(u_char *name)
{
    size_t  i;

    static u_char  form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
                            NGX_PYEXEC_SCRIPT_SUFFIX;

    for (i = 0; i < sizeof(form); i++) {

        if (form[i] == 'x') {
            if (!((name[i] >= '0' && name[i] <= '9')
                  || (name[i] >= 'a' && name[i] <= 'f')))
            {
                return 0;
            }

        } else if (name[i] != form[i]) {
            return 0;
        }
    }

    return 1;
}


/* Also refuses a file that a sweep deleted before it was locked. */

static ngx_int_t
ngx_pyexec_script_lock(ngx_fd_t fd)
{
    ngx_file_info_t  fi;

    if (flock(fd, LOCK_EX|LOCK_NB) == -1 || fstat(fd, &fi) == -1) {
        return NGX_ERROR;
    }

    if (fi.st_nlink == 0) {
        ngx_set_errno(EWOULDBLOCK);
        return NGX_ERROR;
    }

    return NGX_OK;
}
