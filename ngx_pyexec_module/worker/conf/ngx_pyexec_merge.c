
#include "ngx_pyexec_merge.h"
#include "ngx_pyexec_directives.h"
#include "ngx_pyexec_isolation.h"
#include "ngx_pyexec_profiles.h"
#include "ngx_pyexec_words.h"


#define NGX_PYEXEC_PYTHON         "/usr/bin/python3"
#define NGX_PYEXEC_TIMEOUT        5000
#define NGX_PYEXEC_CODE_LIMIT     (64 * 1024)
#define NGX_PYEXEC_OUTPUT_LIMIT   (1024 * 1024)
#define NGX_PYEXEC_QUEUE          64
#define NGX_PYEXEC_SPARES         4


static char *ngx_pyexec_merge_lists(ngx_conf_t *cf,
    ngx_pyexec_loc_conf_t *prev, ngx_pyexec_loc_conf_t *conf);
static ngx_int_t ngx_pyexec_merge_policy(ngx_conf_t *cf,
    ngx_pyexec_loc_conf_t *conf);
static const char **ngx_pyexec_merge_names(ngx_conf_t *cf, ngx_array_t *words);
static void ngx_pyexec_merge_free_policy(void *data);
static ngx_int_t ngx_pyexec_merge_temp_path(ngx_conf_t *cf,
    ngx_pyexec_loc_conf_t *conf);


static ngx_path_init_t  ngx_pyexec_temp_path = {
    ngx_string(NGX_PYEXEC_TEMP_PATH), { 0, 0, 0 }
};


void *
ngx_pyexec_merge_create_main(ngx_conf_t *cf)
{
    ngx_str_t               *hidden;
    ngx_pyexec_main_conf_t  *pmcf;

    pmcf = ngx_pcalloc(cf->pool, sizeof(ngx_pyexec_main_conf_t));
    if (pmcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&pmcf->profiles, cf->pool, 1,
                       sizeof(ngx_pyexec_profile_t *))
        != NGX_OK
        || ngx_array_init(&pmcf->temp_paths, cf->pool, 1,
                          sizeof(ngx_path_t *))
           != NGX_OK
        || ngx_array_init(&pmcf->hidden, cf->pool, 4, sizeof(ngx_str_t))
           != NGX_OK)
    {
        return NULL;
    }

    /* configuration, keys and logs; the temp paths are added later */

    hidden = ngx_array_push_n(&pmcf->hidden, 2);
    if (hidden == NULL) {
        return NULL;
    }

    hidden[0] = cf->cycle->prefix;
    hidden[1] = cf->cycle->conf_prefix;

    return pmcf;
}


void *
ngx_pyexec_merge_create_loc(ngx_conf_t *cf)
{
    ngx_pyexec_loc_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_pyexec_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     conf->temp_path = NULL;
     *     conf->allow = NULL;
     *     conf->python = { 0, NULL };
     *     conf->preload = NULL;
     *     conf->origins = NULL;
     *     conf->policy = NULL;
     *     conf->profile = NULL;
     */

    conf->enable = NGX_CONF_UNSET;
    conf->timeout = NGX_CONF_UNSET_MSEC;
    conf->code_limit = NGX_CONF_UNSET_SIZE;
    conf->output_limit = NGX_CONF_UNSET_SIZE;
    conf->spares = NGX_CONF_UNSET_UINT;
    conf->concurrency = NGX_CONF_UNSET_UINT;
    conf->queue = NGX_CONF_UNSET_UINT;
    conf->queue_timeout = NGX_CONF_UNSET_MSEC;

    ngx_pyexec_isolation_init(conf);

    return conf;
}


char *
ngx_pyexec_merge_loc(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_pyexec_loc_conf_t *prev = parent;
    ngx_pyexec_loc_conf_t *conf = child;

    ngx_pyexec_main_conf_t    *pmcf;
    ngx_http_core_loc_conf_t  *clcf;

    pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_pyexec_module);
    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    /* a location is an endpoint by itself; "if" and limit_except are part */

    if ((clcf->noname || clcf->lmt_excpt) && clcf->handler == NULL
        && prev->enable == 1)
    {
        conf->enable = 1;
        clcf->handler = pmcf->handler;
    }

    ngx_conf_init_value(conf->enable, 0);

    ngx_conf_merge_msec_value(conf->timeout, prev->timeout,
                              NGX_PYEXEC_TIMEOUT);
    ngx_conf_merge_str_value(conf->python, prev->python, NGX_PYEXEC_PYTHON);
    ngx_conf_merge_size_value(conf->code_limit, prev->code_limit,
                              NGX_PYEXEC_CODE_LIMIT);
    ngx_conf_merge_size_value(conf->output_limit, prev->output_limit,
                              NGX_PYEXEC_OUTPUT_LIMIT);
    ngx_conf_merge_uint_value(conf->spares, prev->spares, NGX_PYEXEC_SPARES);
    ngx_conf_merge_uint_value(conf->concurrency, prev->concurrency,
                              (ngx_uint_t) ngx_max(2 * ngx_ncpu, 4));
    ngx_conf_merge_uint_value(conf->queue, prev->queue, NGX_PYEXEC_QUEUE);
    ngx_conf_merge_msec_value(conf->queue_timeout, prev->queue_timeout,
                              NGX_PYEXEC_QUEUE_TIMEOUT);

    ngx_pyexec_isolation_merge(prev, conf);

    if (conf->temp_path == NULL) {
        conf->temp_path = prev->temp_path;
    }

    if (conf->position.line == 0) {
        conf->position = prev->position;
    }

    if (conf->enabled.line == 0) {
        conf->enabled = prev->enabled;
    }

    if (ngx_pyexec_merge_lists(cf, prev, conf) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    if (!conf->enable) {
        return NGX_CONF_OK;
    }

#if (NGX_THREADS)

    /* the pool "default", as "aio threads" uses it */

    conf->thread_pool = ngx_thread_pool_add(cf, NULL);
    if (conf->thread_pool == NULL) {
        return NGX_CONF_ERROR;
    }

#endif

    if (ngx_pyexec_isolation_check(cf, conf) != NGX_OK
        || ngx_pyexec_merge_temp_path(cf, conf) != NGX_OK
        || ngx_pyexec_profiles_get(cf, conf) != NGX_OK
        || ngx_pyexec_merge_policy(cf, conf) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_pyexec_merge_lists(ngx_conf_t *cf, ngx_pyexec_loc_conf_t *prev,
    ngx_pyexec_loc_conf_t *conf)
{
    /* without "pyexec_preload" it stays NULL: what is allowed, as far as
     * it is installed */

    if (conf->preload == NULL) {
        conf->preload = prev->preload;
    }

    if (conf->allow == NULL) {
        conf->allow = prev->allow;
    }

    if (conf->allow == NULL) {
        conf->allow = ngx_array_create(cf->pool, 32, sizeof(ngx_str_t));

        if (conf->allow == NULL
            || ngx_pyexec_words_push_default(conf->allow) != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }

        /* the next location at this level finds it made */
        prev->allow = conf->allow;
    }

    if (conf->origins == NULL) {
        conf->origins = prev->origins;
    }

    if (conf->origins == NULL) {
        conf->origins = ngx_array_create(cf->pool, 1, sizeof(ngx_str_t));

        if (conf->origins == NULL
            || ngx_pyexec_words_push(conf->origins,
                                     (u_char *) NGX_PYEXEC_WORD_ANY,
                                     sizeof(NGX_PYEXEC_WORD_ANY) - 1)
               != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }

        prev->origins = conf->origins;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_pyexec_merge_temp_path(ngx_conf_t *cf, ngx_pyexec_loc_conf_t *conf)
{
    ngx_uint_t                i;
    ngx_path_t              **path;
    ngx_str_t                *hidden;
    ngx_pyexec_main_conf_t   *pmcf;

    if (ngx_conf_merge_path_value(cf, &conf->temp_path, NULL,
                                  &ngx_pyexec_temp_path)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_pyexec_module);

    path = pmcf->temp_paths.elts;

    for (i = 0; i < pmcf->temp_paths.nelts; i++) {
        if (path[i]->name.len == conf->temp_path->name.len
            && ngx_strcmp(path[i]->name.data, conf->temp_path->name.data) == 0)
        {
            return NGX_OK;
        }
    }

    path = ngx_array_push(&pmcf->temp_paths);
    hidden = ngx_array_push(&pmcf->hidden);

    if (path == NULL || hidden == NULL) {
        return NGX_ERROR;
    }

    *path = conf->temp_path;
    *hidden = conf->temp_path->name;

    return NGX_OK;
}


static ngx_int_t
ngx_pyexec_merge_policy(ngx_conf_t *cf, ngx_pyexec_loc_conf_t *conf)
{
    const char                *failure;
    ngx_pool_cleanup_t        *cln;
    pyexec_policy_options_t    options;

    ngx_memzero(&options, sizeof(pyexec_policy_options_t));
    options.allow = ngx_pyexec_merge_names(cf, conf->allow);
    options.nallow = conf->allow->nelts;
    options.writable = conf->scratch != 0;
    options.watch = ngx_pyexec_merge_names(cf, conf->profile->preload);
    options.nwatch = conf->profile->preload->nelts;

    if (options.allow == NULL || options.watch == NULL) {
        return NGX_ERROR;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    conf->policy = pyexec_policy_create(&options);
    if (conf->policy == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_pyexec_merge_free_policy;
    cln->data = conf->policy;

    failure = pyexec_policy_prove(conf->policy);

    if (failure) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "pyexec cannot check programs: %s; build the module "
                           "with a libtree-sitter of 0.20 to 0.26 and "
                           "tree-sitter-python 0.23.6 or 0.25.0", failure);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static const char **
ngx_pyexec_merge_names(ngx_conf_t *cf, ngx_array_t *words)
{
    ngx_str_t    *name;
    ngx_uint_t    i;
    const char  **names;

    names = ngx_palloc(cf->temp_pool, (words->nelts + 1) * sizeof(char *));
    if (names == NULL) {
        return NULL;
    }

    name = words->elts;

    for (i = 0; i < words->nelts; i++) {
        names[i] = (char *) name[i].data;
    }

    return names;
}


static void
ngx_pyexec_merge_free_policy(void *data)
{
    pyexec_policy_free(data);
}
