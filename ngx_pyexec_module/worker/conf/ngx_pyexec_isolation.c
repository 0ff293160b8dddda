
#include "ngx_pyexec_isolation.h"
#include "ngx_pyexec_words.h"

#include <linux/magic.h>
#include <sys/vfs.h>


/* what is isolated where the configuration does not say */
#define NGX_PYEXEC_ISOLATION_DEFAULT  NGX_PYEXEC_ISOLATION_FULL

#define NGX_PYEXEC_MEMORY_DEFAULT     (256 * 1024 * 1024)
#define NGX_PYEXEC_PROCESSES_DEFAULT  16

/* bytes: the stack of one thread alone takes 8 MB */
#define NGX_PYEXEC_MEMORY_MIN         (16 * 1024 * 1024)

/* a larger size limits nothing that there is: 1 TB */
#define NGX_PYEXEC_SIZE_MAX                                                   \
    ngx_min((off_t) 1 << 40, (off_t) NGX_MAX_SIZE_T_VALUE)

/* as many as there are on a machine, where nobody raises kernel.pid_max */
#define NGX_PYEXEC_PROCESSES_MAX      32768


static char *ngx_pyexec_isolation_size(ngx_conf_t *cf, off_t min,
    size_t *size);


static ngx_conf_enum_t  ngx_pyexec_isolation_modes[] = {
    { ngx_string("full"), NGX_PYEXEC_ISOLATION_FULL },
    { ngx_string("process"), NGX_PYEXEC_ISOLATION_PROCESS },
    { ngx_string("off"), NGX_PYEXEC_ISOLATION_OFF },
    { ngx_null_string, 0 }
};


char *
ngx_pyexec_isolation_mode(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    char           *rv;
    ngx_command_t   command;

    command = *cmd;
    command.post = ngx_pyexec_isolation_modes;

    rv = ngx_conf_set_enum_slot(cf, &command, conf);

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    ngx_pyexec_position_set(cf, &plcf->isolated);

    /* "nginx -s" starts nothing, the master reads the line itself */

    if (plcf->isolation == NGX_PYEXEC_ISOLATION_OFF
        && ngx_process != NGX_PROCESS_SIGNALLER)
    {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "\"pyexec_isolation\" is off: programs are not "
                           "isolated from this machine");
    }

    return NGX_CONF_OK;
}


char *
ngx_pyexec_isolation_network(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    ngx_pyexec_position_set(cf, &plcf->isolated);

    return ngx_conf_set_flag_slot(cf, cmd, conf);
}


char *
ngx_pyexec_isolation_memory(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    if (plcf->memory != NGX_CONF_UNSET_SIZE) {
        return "is duplicate";
    }

    ngx_pyexec_position_set(cf, &plcf->isolated);

    return ngx_pyexec_isolation_size(cf, NGX_PYEXEC_MEMORY_MIN,
                                     &plcf->memory);
}


char *
ngx_pyexec_isolation_processes(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    ngx_int_t   n;
    ngx_str_t  *value;

    if (plcf->processes != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    ngx_pyexec_position_set(cf, &plcf->isolated);

    value = cf->args->elts;

    n = ngx_atoi(value[1].data, value[1].len);

    if (n == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid number \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (n < 1 || n > NGX_PYEXEC_PROCESSES_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" must be between 1 and %d",
                           &value[0], NGX_PYEXEC_PROCESSES_MAX);
        return NGX_CONF_ERROR;
    }

    plcf->processes = n;

    return NGX_CONF_OK;
}


char *
ngx_pyexec_isolation_scratch(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    ngx_str_t  *value;

    if (plcf->scratch != NGX_CONF_UNSET_SIZE) {
        return "is duplicate";
    }

    ngx_pyexec_position_set(cf, &plcf->isolated);

    value = cf->args->elts;

    if (ngx_pyexec_words_is(&value[1], "off")) {
        plcf->scratch = 0;
        return NGX_CONF_OK;
    }

    return ngx_pyexec_isolation_size(cf, ngx_pagesize, &plcf->scratch);
}


/* With gigabytes, too, which a slot for sizes does not know. */

static char *
ngx_pyexec_isolation_size(ngx_conf_t *cf, off_t min, size_t *size)
{
    off_t       n;
    ngx_str_t  *value;

    value = cf->args->elts;

    n = ngx_parse_offset(&value[1]);

    if (n == NGX_ERROR) {
        return "invalid value";
    }

    if (n < min || n > NGX_PYEXEC_SIZE_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" must be between %O and %O bytes",
                           &value[0], min, NGX_PYEXEC_SIZE_MAX);
        return NGX_CONF_ERROR;
    }

    *size = (size_t) n;

    return NGX_CONF_OK;
}


char *
ngx_pyexec_isolation_read_only(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;

    ngx_pyexec_position_set(cf, &plcf->isolated);

    value = cf->args->elts;

    if (plcf->read_only == NULL) {
        plcf->read_only = ngx_array_create(cf->pool, 4, sizeof(ngx_str_t));
        if (plcf->read_only == NULL) {
            return NGX_CONF_ERROR;
        }

    } else if (plcf->read_only->nelts == 0) {
        return "stands beside \"none\"";
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_pyexec_words_is(&value[i], "none")) {
            if (cf->args->nelts > 2 || plcf->read_only->nelts) {
                return "has \"none\" beside paths";
            }

            return NGX_CONF_OK;
        }

        if (value[i].data[0] != '/') {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is not an absolute path", &value[i]);
            return NGX_CONF_ERROR;
        }

        /* what is there, and may be shown, is checked with its reader */

        if (ngx_pyexec_words_push(plcf->read_only, value[i].data,
                                  value[i].len)
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_pyexec_isolation_cgroup(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    ngx_str_t        *value;
    struct statfs     fs;
    ngx_file_info_t   fi;

    if (plcf->cgroup.data) {
        return "is duplicate";
    }

    ngx_pyexec_position_set(cf, &plcf->isolated);

    value = cf->args->elts;

    if (ngx_pyexec_words_is(&value[1], "off")) {
        ngx_str_set(&plcf->cgroup, "");
        return NGX_CONF_OK;
    }

    plcf->cgroup = value[1];

    if (value[1].data[0] != '/') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not an absolute path", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (ngx_process == NGX_PROCESS_SIGNALLER) {
        return NGX_CONF_OK;
    }

    if (ngx_file_info(value[1].data, &fi) == NGX_FILE_ERROR
        || statfs((char *) value[1].data, &fs) == -1)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_file_info_n " \"%V\" failed", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (!ngx_is_dir(&fi) || fs.f_type != CGROUP2_SUPER_MAGIC) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not a directory of cgroup v2",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


void
ngx_pyexec_isolation_init(ngx_pyexec_loc_conf_t *conf)
{
    conf->isolation = NGX_CONF_UNSET_UINT;
    conf->network = NGX_CONF_UNSET;
    conf->memory = NGX_CONF_UNSET_SIZE;
    conf->processes = NGX_CONF_UNSET_UINT;
    conf->scratch = NGX_CONF_UNSET_SIZE;

    /* conf->cgroup and conf->read_only are set by ngx_pcalloc() */
}


void
ngx_pyexec_isolation_merge(ngx_pyexec_loc_conf_t *prev,
    ngx_pyexec_loc_conf_t *conf)
{
    ngx_conf_merge_uint_value(conf->isolation, prev->isolation,
                              NGX_PYEXEC_ISOLATION_DEFAULT);
    ngx_conf_merge_value(conf->network, prev->network, 0);
    ngx_conf_merge_size_value(conf->memory, prev->memory,
                              NGX_PYEXEC_MEMORY_DEFAULT);
    ngx_conf_merge_uint_value(conf->processes, prev->processes,
                              NGX_PYEXEC_PROCESSES_DEFAULT);
    ngx_conf_merge_size_value(conf->scratch, prev->scratch, 0);
    ngx_conf_merge_str_value(conf->cgroup, prev->cgroup, "");

    if (conf->read_only == NULL) {
        conf->read_only = prev->read_only;
    }

    if (conf->isolated.line == 0) {
        conf->isolated = prev->isolated;
    }
}


ngx_int_t
ngx_pyexec_isolation_check(ngx_conf_t *cf, ngx_pyexec_loc_conf_t *conf)
{
    /* a directory that is private and bounded is a mount */

    if (conf->scratch && conf->isolation != NGX_PYEXEC_ISOLATION_FULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"pyexec_scratch\" needs \"pyexec_isolation full\" "
                      "in %V:%ui", &conf->isolated.file, conf->isolated.line);
        return NGX_ERROR;
    }

    return NGX_OK;
}
