
#include "ngx_pyexec_module.h"
#include "ngx_pyexec_conf.h"
#include "ngx_pyexec_handler.h"
#include "ngx_pyexec_spawn.h"
#include "../policy/rules.h"


#define NGX_PYEXEC_PYTHON         "/usr/bin/python3"
#define NGX_PYEXEC_TIMEOUT        5000
#define NGX_PYEXEC_CODE_LIMIT     (64 * 1024)
#define NGX_PYEXEC_OUTPUT_LIMIT   (1024 * 1024)
#define NGX_PYEXEC_QUEUE          64
#define NGX_PYEXEC_QUEUE_TIMEOUT  5000

/* for any import or any origin */
#define NGX_PYEXEC_ANY            "*"


static ngx_uint_t ngx_pyexec_conf_is(ngx_str_t *word, char *text);
static ngx_int_t ngx_pyexec_conf_push(ngx_array_t *words, u_char *data,
    size_t len);
static ngx_int_t ngx_pyexec_conf_push_default(ngx_array_t *words);
static ngx_uint_t ngx_pyexec_conf_is_name(ngx_str_t *name, ngx_uint_t dots);

static char *ngx_pyexec_conf_merge_lists(ngx_conf_t *cf,
    ngx_pyexec_loc_conf_t *prev, ngx_pyexec_loc_conf_t *conf);
static ngx_int_t ngx_pyexec_conf_policy(ngx_conf_t *cf,
    ngx_pyexec_loc_conf_t *conf);
static void ngx_pyexec_conf_free_policy(void *data);
static ngx_int_t ngx_pyexec_conf_profile(ngx_conf_t *cf,
    ngx_pyexec_loc_conf_t *conf);
static ngx_int_t ngx_pyexec_conf_join(ngx_conf_t *cf, ngx_array_t *words,
    ngx_str_t *joined);
static ngx_uint_t ngx_pyexec_conf_same(ngx_pyexec_profile_t *one,
    ngx_pyexec_profile_t *two);
static ngx_int_t ngx_pyexec_conf_temp_path(ngx_conf_t *cf,
    ngx_pyexec_loc_conf_t *conf);


static ngx_path_init_t  ngx_pyexec_temp_path = {
    ngx_string(NGX_PYEXEC_TEMP_PATH), { 0, 0, 0 }
};


static const char *ngx_pyexec_default_allow[] = {
#define NGX_PYEXEC_NAME(name)  name,
    PYEXEC_RULES_DEFAULT_ALLOW(NGX_PYEXEC_NAME)
#undef NGX_PYEXEC_NAME
};


char *
ngx_pyexec_conf_enable(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    char                      *rv;
    ngx_http_core_loc_conf_t  *clcf;

    rv = ngx_conf_set_flag_slot(cf, cmd, conf);

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (plcf->enable) {
        clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
        clcf->handler = ngx_pyexec_handler;
    }

    return NGX_CONF_OK;
}


char *
ngx_pyexec_conf_allow(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
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

        if (ngx_pyexec_conf_is(&value[i], "none")) {
            if (cf->args->nelts > 2 || plcf->allow->nelts) {
                return "has \"none\" beside other modules";
            }

            return NGX_CONF_OK;
        }

        if (ngx_pyexec_conf_is(&value[i], "default")) {
            if (ngx_pyexec_conf_push_default(plcf->allow) != NGX_OK) {
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (!ngx_pyexec_conf_is(&value[i], NGX_PYEXEC_ANY)
            && !ngx_pyexec_conf_is_name(&value[i], 0))
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid module \"%V\": a top-level name is "
                               "needed, its submodules follow it", &value[i]);
            return NGX_CONF_ERROR;
        }

        if (ngx_pyexec_conf_push(plcf->allow, value[i].data, value[i].len)
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_pyexec_conf_python(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    ngx_str_t        *value;
    ngx_file_info_t   fi;

    if (plcf->python.data) {
        return "is duplicate";
    }

    value = cf->args->elts;
    plcf->python = value[1];

    if (value[1].data[0] != '/') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not an absolute path", &value[1]);
        return NGX_CONF_ERROR;
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
ngx_pyexec_conf_preload(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;

    if (plcf->preload) {
        return "is duplicate";
    }

    value = cf->args->elts;

    plcf->preload = ngx_array_create(cf->pool, cf->args->nelts,
                                     sizeof(ngx_str_t));
    if (plcf->preload == NULL) {
        return NGX_CONF_ERROR;
    }

    if (cf->args->nelts == 2 && ngx_pyexec_conf_is(&value[1], "none")) {
        return NGX_CONF_OK;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (!ngx_pyexec_conf_is_name(&value[i], 1)
            || ngx_pyexec_conf_is(&value[i], "none"))
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid module \"%V\"", &value[i]);
            return NGX_CONF_ERROR;
        }

        if (ngx_pyexec_conf_push(plcf->preload, value[i].data, value[i].len)
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_pyexec_conf_queue(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
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
ngx_pyexec_conf_cors(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_pyexec_loc_conf_t *plcf = conf;

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

    if (cf->args->nelts == 2 && ngx_pyexec_conf_is(&value[1], "off")) {
        return NGX_CONF_OK;
    }

    if (cf->args->nelts == 2
        && (ngx_pyexec_conf_is(&value[1], "on")
            || ngx_pyexec_conf_is(&value[1], NGX_PYEXEC_ANY)))
    {
        ngx_str_set(&value[1], NGX_PYEXEC_ANY);

    } else {

        /* as browsers write it: "scheme://host[:port]", or "null" */

        for (i = 1; i < cf->args->nelts; i++) {
            if (!ngx_pyexec_conf_is(&value[i], "null")
                && (ngx_strstr(value[i].data, "://") == NULL
                    || value[i].data[value[i].len - 1] == '/'))
            {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid origin \"%V\", an origin is "
                                   "\"scheme://host[:port]\"", &value[i]);
                return NGX_CONF_ERROR;
            }
        }
    }

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_pyexec_conf_push(plcf->origins, value[i].data, value[i].len)
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_pyexec_conf_positive_msec(ngx_conf_t *cf, void *post, void *data)
{
    ngx_msec_t *value = data;

    return *value ? NGX_CONF_OK : "must be greater than 0";
}


char *
ngx_pyexec_conf_positive_size(ngx_conf_t *cf, void *post, void *data)
{
    size_t *value = data;

    return *value ? NGX_CONF_OK : "must be greater than 0";
}


char *
ngx_pyexec_conf_positive_num(ngx_conf_t *cf, void *post, void *data)
{
    ngx_int_t *value = data;

    return *value ? NGX_CONF_OK : "must be greater than 0";
}


static ngx_uint_t
ngx_pyexec_conf_is(ngx_str_t *word, char *text)
{
    return ngx_strcmp(word->data, text) == 0;
}


/* A word that an array has already is not pushed again. */

static ngx_int_t
ngx_pyexec_conf_push(ngx_array_t *words, u_char *data, size_t len)
{
    ngx_str_t   *word;
    ngx_uint_t   i;

    word = words->elts;

    for (i = 0; i < words->nelts; i++) {
        if (word[i].len == len && ngx_strncmp(word[i].data, data, len) == 0) {
            return NGX_OK;
        }
    }

    word = ngx_array_push(words);
    if (word == NULL) {
        return NGX_ERROR;
    }

    word->data = data;
    word->len = len;

    return NGX_OK;
}


static ngx_int_t
ngx_pyexec_conf_push_default(ngx_array_t *words)
{
    u_char      *name;
    ngx_uint_t   i, n;

    n = sizeof(ngx_pyexec_default_allow) / sizeof(char *);

    for (i = 0; i < n; i++) {
        name = (u_char *) ngx_pyexec_default_allow[i];

        if (ngx_pyexec_conf_push(words, name, ngx_strlen(name)) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* An identifier, or with "dots" several; beyond ASCII all is letters. */

static ngx_uint_t
ngx_pyexec_conf_is_name(ngx_str_t *name, ngx_uint_t dots)
{
    u_char      *p, *last;
    ngx_uint_t   start;

    start = 1;
    last = name->data + name->len;

    for (p = name->data; p < last; p++) {

        if (*p == '_' || *p >= 0x80
            || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')
            || (!start && *p >= '0' && *p <= '9'))
        {
            start = 0;
            continue;
        }

        if (!dots || start || *p != '.') {
            return 0;
        }

        start = 1;
    }

    return !start;
}


void *
ngx_pyexec_conf_create_main(ngx_conf_t *cf)
{
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
           != NGX_OK)
    {
        return NULL;
    }

    return pmcf;
}


void *
ngx_pyexec_conf_create_loc(ngx_conf_t *cf)
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
    conf->concurrency = NGX_CONF_UNSET_UINT;
    conf->queue = NGX_CONF_UNSET_UINT;
    conf->queue_timeout = NGX_CONF_UNSET_MSEC;

    return conf;
}


char *
ngx_pyexec_conf_merge_loc(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_pyexec_loc_conf_t *prev = parent;
    ngx_pyexec_loc_conf_t *conf = child;

    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    /* a location is an endpoint by itself; "if" and limit_except are part */

    if ((clcf->noname || clcf->lmt_excpt) && clcf->handler == NULL
        && prev->enable == 1)
    {
        conf->enable = 1;
        clcf->handler = ngx_pyexec_handler;
    }

    ngx_conf_init_value(conf->enable, 0);

    ngx_conf_merge_msec_value(conf->timeout, prev->timeout,
                              NGX_PYEXEC_TIMEOUT);
    ngx_conf_merge_str_value(conf->python, prev->python, NGX_PYEXEC_PYTHON);
    ngx_conf_merge_size_value(conf->code_limit, prev->code_limit,
                              NGX_PYEXEC_CODE_LIMIT);
    ngx_conf_merge_size_value(conf->output_limit, prev->output_limit,
                              NGX_PYEXEC_OUTPUT_LIMIT);
    ngx_conf_merge_uint_value(conf->concurrency, prev->concurrency,
                              (ngx_uint_t) ngx_max(2 * ngx_ncpu, 4));
    ngx_conf_merge_uint_value(conf->queue, prev->queue, NGX_PYEXEC_QUEUE);
    ngx_conf_merge_msec_value(conf->queue_timeout, prev->queue_timeout,
                              NGX_PYEXEC_QUEUE_TIMEOUT);

    if (conf->temp_path == NULL) {
        conf->temp_path = prev->temp_path;
    }

    if (ngx_pyexec_conf_merge_lists(cf, prev, conf) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    if (!conf->enable) {
        return NGX_CONF_OK;
    }

    if (ngx_pyexec_conf_temp_path(cf, conf) != NGX_OK
        || ngx_pyexec_conf_policy(cf, conf) != NGX_OK
        || ngx_pyexec_conf_profile(cf, conf) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_pyexec_conf_merge_lists(ngx_conf_t *cf, ngx_pyexec_loc_conf_t *prev,
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
            || ngx_pyexec_conf_push_default(conf->allow) != NGX_OK)
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
            || ngx_pyexec_conf_push(conf->origins, (u_char *) NGX_PYEXEC_ANY,
                                    sizeof(NGX_PYEXEC_ANY) - 1)
               != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }

        prev->origins = conf->origins;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_pyexec_conf_temp_path(ngx_conf_t *cf, ngx_pyexec_loc_conf_t *conf)
{
    ngx_uint_t                i;
    ngx_path_t              **path;
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
    if (path == NULL) {
        return NGX_ERROR;
    }

    *path = conf->temp_path;

    return NGX_OK;
}


static ngx_int_t
ngx_pyexec_conf_policy(ngx_conf_t *cf, ngx_pyexec_loc_conf_t *conf)
{
    ngx_str_t                 *name;
    ngx_uint_t                 i;
    const char               **allow;
    ngx_pool_cleanup_t        *cln;
    pyexec_policy_options_t    options;

    allow = ngx_palloc(cf->temp_pool, (conf->allow->nelts + 1)
                                      * sizeof(char *));
    if (allow == NULL) {
        return NGX_ERROR;
    }

    name = conf->allow->elts;

    for (i = 0; i < conf->allow->nelts; i++) {
        allow[i] = (char *) name[i].data;
    }

    ngx_memzero(&options, sizeof(pyexec_policy_options_t));
    options.allow = allow;
    options.nallow = conf->allow->nelts;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    conf->policy = pyexec_policy_create(&options);
    if (conf->policy == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_pyexec_conf_free_policy;
    cln->data = conf->policy;

    return NGX_OK;
}


static void
ngx_pyexec_conf_free_policy(void *data)
{
    pyexec_policy_free(data);
}


static ngx_int_t
ngx_pyexec_conf_profile(ngx_conf_t *cf, ngx_pyexec_loc_conf_t *conf)
{
    ngx_str_t                *name;
    ngx_uint_t                i;
    ngx_pyexec_profile_t    **profiles, *profile;
    ngx_pyexec_main_conf_t   *pmcf;

    profile = ngx_pcalloc(cf->pool, sizeof(ngx_pyexec_profile_t));
    if (profile == NULL) {
        return NGX_ERROR;
    }

    profile->python = conf->python;
    profile->strict = conf->preload != NULL;

    if (ngx_pyexec_conf_join(cf, conf->allow, &profile->allow) != NGX_OK) {
        return NGX_ERROR;
    }

    if (conf->preload) {
        profile->preload = conf->preload;

    } else {
        profile->preload = ngx_array_create(cf->pool, conf->allow->nelts + 1,
                                            sizeof(ngx_str_t));
        if (profile->preload == NULL) {
            return NGX_ERROR;
        }

        name = conf->allow->elts;

        for (i = 0; i < conf->allow->nelts; i++) {

            if (!ngx_pyexec_conf_is(&name[i], NGX_PYEXEC_ANY)) {
                if (ngx_pyexec_conf_push(profile->preload, name[i].data,
                                         name[i].len)
                    != NGX_OK)
                {
                    return NGX_ERROR;
                }

            } else if (ngx_pyexec_conf_push_default(profile->preload)
                       != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_pyexec_module);

    profiles = pmcf->profiles.elts;

    for (i = 0; i < pmcf->profiles.nelts; i++) {
        if (ngx_pyexec_conf_same(profiles[i], profile)) {
            conf->profile = profiles[i];
            return NGX_OK;
        }
    }

    profiles = ngx_array_push(&pmcf->profiles);
    if (profiles == NULL) {
        return NGX_ERROR;
    }

    *profiles = profile;
    conf->profile = profile;

    return NGX_OK;
}


/* The words with commas between them and a NUL behind; "*" stands alone. */

static ngx_int_t
ngx_pyexec_conf_join(ngx_conf_t *cf, ngx_array_t *words, ngx_str_t *joined)
{
    u_char      *p;
    size_t       len;
    ngx_str_t   *word;
    ngx_uint_t   i;

    len = 1;
    word = words->elts;

    for (i = 0; i < words->nelts; i++) {

        if (ngx_pyexec_conf_is(&word[i], NGX_PYEXEC_ANY)) {
            *joined = word[i];
            return NGX_OK;
        }

        len += word[i].len + 1;
    }

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    joined->data = p;

    for (i = 0; i < words->nelts; i++) {

        if (i) {
            *p++ = ',';
        }

        p = ngx_cpymem(p, word[i].data, word[i].len);
    }

    *p = '\0';
    joined->len = p - joined->data;

    return NGX_OK;
}


static ngx_uint_t
ngx_pyexec_conf_same(ngx_pyexec_profile_t *one, ngx_pyexec_profile_t *two)
{
    ngx_str_t   *a, *b;
    ngx_uint_t   i;

    if (one->strict != two->strict
        || ngx_strcmp(one->python.data, two->python.data) != 0
        || ngx_strcmp(one->allow.data, two->allow.data) != 0
        || one->preload->nelts != two->preload->nelts)
    {
        return 0;
    }

    a = one->preload->elts;
    b = two->preload->elts;

    for (i = 0; i < one->preload->nelts; i++) {
        if (ngx_strcmp(a[i].data, b[i].data) != 0) {
            return 0;
        }
    }

    return 1;
}


ngx_int_t
ngx_pyexec_conf_check_profiles(ngx_conf_t *cf)
{
    ngx_str_t                 reason;
    ngx_uint_t                i;
    ngx_pyexec_profile_t    **profiles;
    ngx_pyexec_main_conf_t   *pmcf;

    pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_pyexec_module);

    profiles = pmcf->profiles.elts;

    for (i = 0; i < pmcf->profiles.nelts; i++) {

        if (ngx_pyexec_spawn_check(profiles[i], &reason, cf->temp_pool)
            != NGX_OK)
        {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "pyexec_python \"%V\" cannot be used: %V",
                          &profiles[i]->python, &reason);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
