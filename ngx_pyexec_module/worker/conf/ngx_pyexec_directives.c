
#include "ngx_pyexec_directives.h"
#include "ngx_pyexec_words.h"


char *
ngx_pyexec_directive_enable(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    char                      *rv;
    ngx_pyexec_main_conf_t    *pmcf;
    ngx_http_core_loc_conf_t  *clcf;

    rv = ngx_conf_set_flag_slot(cf, cmd, conf);

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (plcf->enable) {
        clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
        pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_pyexec_module);

        clcf->handler = pmcf->handler;

        ngx_pyexec_position_set(cf, &plcf->enabled);
    }

    return NGX_CONF_OK;
}


char *
ngx_pyexec_directive_allow(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;

    if (plcf->allow == NULL) {
        plcf->allow = ngx_array_create(cf->pool, 32, sizeof(ngx_str_t));
        if (plcf->allow == NULL) {
            return NGX_CONF_ERROR;
        }

    } else if (plcf->allow->nelts == 0) {
        return "stands beside \"none\"";
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_pyexec_words_is(&value[i], "none")) {
            if (cf->args->nelts > 2 || plcf->allow->nelts) {
                return "has \"none\" beside other modules";
            }

            return NGX_CONF_OK;
        }

        if (ngx_pyexec_words_is(&value[i], "default")) {
            if (ngx_pyexec_words_push_default(plcf->allow) != NGX_OK) {
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (!ngx_pyexec_words_is(&value[i], NGX_PYEXEC_WORD_ANY)
            && !ngx_pyexec_words_is_name(&value[i], 0))
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid module \"%V\": a top-level name is "
                               "needed, its submodules follow it", &value[i]);
            return NGX_CONF_ERROR;
        }

        if (ngx_pyexec_words_push(plcf->allow, value[i].data, value[i].len)
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_pyexec_directive_python(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    ngx_str_t        *value;
    ngx_file_info_t   fi;

    if (plcf->python.data) {
        return "is duplicate";
    }

    value = cf->args->elts;
    plcf->python = value[1];

    ngx_pyexec_position_set(cf, &plcf->position);

    if (value[1].data[0] != '/') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not an absolute path", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (ngx_process == NGX_PROCESS_SIGNALLER) {
        return NGX_CONF_OK;
    }

    if (ngx_file_info(value[1].data, &fi) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_file_info_n " \"%V\" failed", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (!ngx_is_file(&fi) || !(fi.st_mode & S_IXOTH)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not a file that every user may execute",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_pyexec_directive_preload(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;

    if (plcf->preload) {
        return "is duplicate";
    }

    value = cf->args->elts;

    ngx_pyexec_position_set(cf, &plcf->position);

    plcf->preload = ngx_array_create(cf->pool, cf->args->nelts,
                                     sizeof(ngx_str_t));
    if (plcf->preload == NULL) {
        return NGX_CONF_ERROR;
    }

    if (cf->args->nelts == 2 && ngx_pyexec_words_is(&value[1], "none")) {
        return NGX_CONF_OK;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (!ngx_pyexec_words_is_name(&value[i], 1)
            || ngx_pyexec_words_is(&value[i], "none"))
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid module \"%V\"", &value[i]);
            return NGX_CONF_ERROR;
        }

        if (ngx_pyexec_words_push(plcf->preload, value[i].data, value[i].len)
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_pyexec_directive_queue(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    ngx_int_t   n;
    ngx_str_t  *value, s;

    if (plcf->queue != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    n = ngx_atoi(value[1].data, value[1].len);

    if (n == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid number \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    plcf->queue = n;
    plcf->queue_timeout = NGX_PYEXEC_QUEUE_TIMEOUT;

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    if (ngx_strncmp(value[2].data, "timeout=", 8) == 0) {

        s.data = value[2].data + 8;
        s.len = value[2].len - 8;

        n = ngx_parse_time(&s, 0);

        if (n != NGX_ERROR && n != 0) {
            plcf->queue_timeout = n;
            return NGX_CONF_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\"", &value[2]);

    return NGX_CONF_ERROR;
}


char *
ngx_pyexec_directive_cors(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    u_char      *host;
    ngx_str_t   *value;
    ngx_uint_t   i;

    if (plcf->origins) {
        return "is duplicate";
    }

    value = cf->args->elts;

    plcf->origins = ngx_array_create(cf->pool, cf->args->nelts,
                                     sizeof(ngx_str_t));
    if (plcf->origins == NULL) {
        return NGX_CONF_ERROR;
    }

    if (cf->args->nelts == 2 && ngx_pyexec_words_is(&value[1], "off")) {
        return NGX_CONF_OK;
    }

    if (cf->args->nelts == 2
        && (ngx_pyexec_words_is(&value[1], "on")
            || ngx_pyexec_words_is(&value[1], NGX_PYEXEC_WORD_ANY)))
    {
        ngx_str_set(&value[1], NGX_PYEXEC_WORD_ANY);

    } else {

        /* as browsers write it: "scheme://host[:port]", or "null" */

        for (i = 1; i < cf->args->nelts; i++) {
            host = (u_char *) ngx_strstr(value[i].data, "://");

            if (!ngx_pyexec_words_is(&value[i], "null")
                && (host == NULL || host[3] == '\0'
                    || ngx_strchr(host + 3, '/') != NULL))
            {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid origin \"%V\", an origin is "
                                   "\"scheme://host[:port]\"", &value[i]);
                return NGX_CONF_ERROR;
            }
        }
    }

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_pyexec_words_push(plcf->origins, value[i].data, value[i].len)
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_pyexec_directive_positive_msec(ngx_conf_t *cf, void *post, void *data)
{
    ngx_msec_t *value = data;

    return *value ? NGX_CONF_OK : "must be greater than 0";
}


char *
ngx_pyexec_directive_positive_size(ngx_conf_t *cf, void *post, void *data)
{
    size_t *value = data;

    return *value ? NGX_CONF_OK : "must be greater than 0";
}


char *
ngx_pyexec_directive_positive_num(ngx_conf_t *cf, void *post, void *data)
{
    ngx_int_t *value = data;

    return *value ? NGX_CONF_OK : "must be greater than 0";
}
