
#include "ngx_pyexec_cgroup.h"


/* stays in the delegated directory, for the next start */
#define NGX_PYEXEC_CGROUP_REAPERS  "/reapers"
#define NGX_PYEXEC_CGROUP_PROCS    "/cgroup.procs"

/* above all that a zygote starts with: no dup2() overwrites it */
#define NGX_PYEXEC_CGROUP_FD_MIN   16


ngx_int_t
ngx_pyexec_cgroup_entry(ngx_conf_t *cf, ngx_pyexec_profile_t *profile)
{
    u_char                   *path;
    ngx_fd_t                  fd;
    ngx_pool_cleanup_t       *cln;
    ngx_pool_cleanup_file_t  *file;

    profile->entry = NGX_INVALID_FILE;

    if (profile->cgroup.len == 0 || geteuid() != 0) {
        return NGX_OK;
    }

    cln = ngx_pool_cleanup_add(cf->pool, sizeof(ngx_pool_cleanup_file_t));
    path = ngx_pnalloc(cf->pool, profile->cgroup.len
                                 + sizeof(NGX_PYEXEC_CGROUP_REAPERS)
                                 + sizeof(NGX_PYEXEC_CGROUP_PROCS));

    if (cln == NULL || path == NULL) {
        return NGX_ERROR;
    }

    /* what fails here is in the way of the check of the zygote, too */

    (void) ngx_sprintf(path, "%V" NGX_PYEXEC_CGROUP_REAPERS "%Z",
                       &profile->cgroup);
    (void) ngx_create_dir(path, 0755);

    (void) ngx_sprintf(path, "%V" NGX_PYEXEC_CGROUP_REAPERS
                       NGX_PYEXEC_CGROUP_PROCS "%Z", &profile->cgroup);

    fd = open((char *) path, O_WRONLY|O_CLOEXEC);

    if (fd != NGX_INVALID_FILE) {
        profile->entry = fcntl(fd, F_DUPFD_CLOEXEC, NGX_PYEXEC_CGROUP_FD_MIN);
        (void) ngx_close_file(fd);
    }

    if (profile->entry != NGX_INVALID_FILE) {
        file = cln->data;
        cln->handler = ngx_pool_cleanup_file;
        file->fd = profile->entry;
        file->name = path;
        file->log = cf->cycle->log;
    }

    return NGX_OK;
}
