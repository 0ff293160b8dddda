
#include "ngx_pyexec_module.h"
#include "ngx_pyexec_script.h"

#include <sys/file.h>
#include <sys/random.h>


#define NGX_PYEXEC_SCRIPT_SUFFIX  ".py"


static ngx_int_t ngx_pyexec_script_uuid(u_char *id);
static ngx_uint_t ngx_pyexec_script_is_name(u_char *name);
static ngx_int_t ngx_pyexec_script_lock(ngx_fd_t fd);


ngx_int_t
ngx_pyexec_script_create(ngx_pyexec_script_t *script, ngx_path_t *path,
    pyexec_request_string_t *code, u_char *id, ngx_pool_t *pool,
    ngx_err_t *err)
{
    char     *what;
    ssize_t   n;

    script->name = ngx_pnalloc(pool, path->name.len + 1 + NGX_PYEXEC_UUID_LEN
                                     + sizeof(NGX_PYEXEC_SCRIPT_SUFFIX));
    if (script->name == NULL) {
        *err = NGX_ENOMEM;
        return NGX_ERROR;
    }

    if (ngx_pyexec_script_uuid(id) != NGX_OK) {
        *err = ngx_errno;
        ngx_log_error(NGX_LOG_ALERT, pool->log, *err,
                      "pyexec: getrandom() failed");
        return NGX_ERROR;
    }

    (void) ngx_sprintf(script->name, "%V/%*s" NGX_PYEXEC_SCRIPT_SUFFIX "%Z",
                       &path->name, (size_t) NGX_PYEXEC_UUID_LEN, id);

    script->fd = open((char *) script->name,
                      O_CREAT|O_EXCL|O_WRONLY|O_NOFOLLOW|O_CLOEXEC, 0600);

    if (script->fd == NGX_INVALID_FILE) {
        *err = ngx_errno;
        ngx_log_error(NGX_LOG_CRIT, pool->log, *err,
                      "pyexec: " ngx_open_file_n " \"%s\" failed",
                      script->name);
        return NGX_ERROR;
    }

    what = "flock()";

    if (ngx_pyexec_script_lock(script->fd) == NGX_OK) {

        what = "write()";
        n = write(script->fd, code->data, code->len);

        if (n == (ssize_t) code->len) {
            return NGX_OK;
        }

        if (n != -1) {
            ngx_set_errno(NGX_ENOSPC);
        }
    }

    *err = ngx_errno;
    ngx_log_error(NGX_LOG_CRIT, pool->log, *err,
                  "pyexec: %s \"%s\" failed", what, script->name);

    ngx_pyexec_script_delete(script, pool->log);

    return NGX_ERROR;
}


void
ngx_pyexec_script_delete(ngx_pyexec_script_t *script, ngx_log_t *log)
{
    if (script->fd == NGX_INVALID_FILE) {
        return;
    }

    if (ngx_delete_file(script->name) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_CRIT, log, ngx_errno,
                      "pyexec: " ngx_delete_file_n " \"%s\" failed",
                      script->name);
    }

    if (ngx_close_file(script->fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, log, ngx_errno,
                      "pyexec: " ngx_close_file_n " \"%s\" failed",
                      script->name);
    }

    script->fd = NGX_INVALID_FILE;
}


void
ngx_pyexec_script_sweep(ngx_path_t *path, ngx_log_t *log)
{
    int         dfd;
    u_char     *name;
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

        if (ngx_pyexec_script_lock(fd) == NGX_OK
            && unlinkat(dfd, (char *) name, 0) == 0)
        {
            n++;
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

static ngx_int_t
ngx_pyexec_script_uuid(u_char *id)
{
    u_char  b[16];

    if (getrandom(b, sizeof(b), 0) != sizeof(b)) {
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


static ngx_int_t
ngx_pyexec_script_lock(ngx_fd_t fd)
{
    return flock(fd, LOCK_EX|LOCK_NB) == 0 ? NGX_OK : NGX_ERROR;
}
