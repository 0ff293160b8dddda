
#include "conf/ngx_pyexec_cgroup.h"
#include "conf/ngx_pyexec_conf.h"
#include "conf/ngx_pyexec_directives.h"
#include "conf/ngx_pyexec_isolation.h"
#include "conf/ngx_pyexec_merge.h"
#include "conf/ngx_pyexec_profiles.h"
#include "exec/ngx_pyexec_job.h"
#include "exec/ngx_pyexec_probe.h"
#include "http/ngx_pyexec_filter.h"
#include "http/ngx_pyexec_handler.h"
#include "http/ngx_pyexec_variables.h"


static ngx_int_t ngx_pyexec_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_pyexec_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_pyexec_check_interpreters(ngx_conf_t *cf);
static ngx_int_t ngx_pyexec_check_interpreter(ngx_conf_t *cf,
    ngx_pyexec_profile_t *profile, char *user);
static ngx_int_t ngx_pyexec_init_process(ngx_cycle_t *cycle);
static void ngx_pyexec_exit_process(ngx_cycle_t *cycle);


static ngx_conf_post_t  ngx_pyexec_positive_msec = {
    ngx_pyexec_directive_positive_msec
};

static ngx_conf_post_t  ngx_pyexec_positive_size = {
    ngx_pyexec_directive_positive_size
};

static ngx_conf_post_t  ngx_pyexec_positive_num = {
    ngx_pyexec_directive_positive_num
};


/* each takes 4 of worker_connections and a process or two */

static ngx_conf_num_bounds_t  ngx_pyexec_spares_bounds = {
    ngx_conf_check_num_bounds, 0, 1024
};


static ngx_command_t  ngx_pyexec_commands[] = {

    { ngx_string("pyexec"),
      NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_pyexec_directive_enable,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_pyexec_loc_conf_t, enable),
      NULL },

    { ngx_string("pyexec_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_pyexec_loc_conf_t, timeout),
      &ngx_pyexec_positive_msec },

    { ngx_string("pyexec_temp_dir"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_path_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_pyexec_loc_conf_t, temp_path),
      NULL },

    { ngx_string("pyexec_allow"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_pyexec_directive_allow,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pyexec_python"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_pyexec_directive_python,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pyexec_preload"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_pyexec_directive_preload,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pyexec_code_limit"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_pyexec_loc_conf_t, code_limit),
      &ngx_pyexec_positive_size },

    { ngx_string("pyexec_output_limit"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_pyexec_loc_conf_t, output_limit),
      &ngx_pyexec_positive_size },

    { ngx_string("pyexec_isolation"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_pyexec_isolation_mode,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_pyexec_loc_conf_t, isolation),
      NULL },

    { ngx_string("pyexec_memory"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_pyexec_isolation_memory,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pyexec_processes"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_pyexec_isolation_processes,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pyexec_scratch"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_pyexec_isolation_scratch,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pyexec_read_only"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_pyexec_isolation_read_only,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pyexec_network"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_pyexec_isolation_network,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_pyexec_loc_conf_t, network),
      NULL },

    { ngx_string("pyexec_cgroup"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_pyexec_isolation_cgroup,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pyexec_concurrency"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_pyexec_loc_conf_t, concurrency),
      &ngx_pyexec_positive_num },

    { ngx_string("pyexec_queue"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_pyexec_directive_queue,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("pyexec_spares"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_pyexec_loc_conf_t, spares),
      &ngx_pyexec_spares_bounds },

    { ngx_string("pyexec_cors"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_pyexec_directive_cors,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_pyexec_module_ctx = {
    ngx_pyexec_preconfiguration,           /* preconfiguration */
    ngx_pyexec_postconfiguration,          /* postconfiguration */

    ngx_pyexec_merge_create_main,          /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_pyexec_merge_create_loc,           /* create location configuration */
    ngx_pyexec_merge_loc                   /* merge location configuration */
};


ngx_module_t  ngx_pyexec_module = {
    NGX_MODULE_V1,
    &ngx_pyexec_module_ctx,                /* module context */
    ngx_pyexec_commands,                   /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_pyexec_init_process,               /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_pyexec_exit_process,               /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_pyexec_preconfiguration(ngx_conf_t *cf)
{
    ngx_pyexec_main_conf_t  *pmcf;

    pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_pyexec_module);
    pmcf->handler = ngx_pyexec_handler;

    return ngx_pyexec_variables_add(cf);
}


static ngx_int_t
ngx_pyexec_postconfiguration(ngx_conf_t *cf)
{
    if (ngx_pyexec_filter_init(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    /* "nginx -s stop" must go through, whatever became of an interpreter */

    if (ngx_process == NGX_PROCESS_SIGNALLER) {
        return NGX_OK;
    }

    return ngx_pyexec_check_interpreters(cf);
}


/* Asks each whether it can be a zygote, and adds the light profiles. */

static ngx_int_t
ngx_pyexec_check_interpreters(ngx_conf_t *cf)
{
    u_char                    user[NGX_PYEXEC_USER_LEN];
    ngx_uint_t                i, n;
    ngx_pyexec_profile_t     *profile;
    ngx_pyexec_main_conf_t   *pmcf;

    pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_pyexec_module);

    ngx_pyexec_profiles_user(cf, user);

    if (ngx_pyexec_profiles_hide(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    /* what a profile can do, its light one can, too */

    n = pmcf->profiles.nelts;

    for (i = 0; i < n; i++) {
        profile = ((ngx_pyexec_profile_t **) pmcf->profiles.elts)[i];

        if (ngx_pyexec_check_interpreter(cf, profile, (char *) user)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_pyexec_check_interpreter(ngx_conf_t *cf, ngx_pyexec_profile_t *profile,
    char *user)
{
    ngx_str_t  said;

    if (ngx_pyexec_cgroup_entry(cf, profile) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_pyexec_probe(profile, user, &said, cf->temp_pool)
        != NGX_OK)
    {
        ngx_pyexec_profiles_refuse(cf, profile, &said);
        return NGX_ERROR;
    }

    return said.len ? ngx_pyexec_profiles_lighten(cf, profile, &said)
                    : NGX_OK;
}


static ngx_int_t
ngx_pyexec_init_process(ngx_cycle_t *cycle)
{
    ngx_pyexec_main_conf_t  *pmcf;

    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    pmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_pyexec_module);

    if (pmcf == NULL) {
        return NGX_OK;
    }

    return ngx_pyexec_job_init(&pmcf->profiles, &pmcf->temp_paths);
}


static void
ngx_pyexec_exit_process(ngx_cycle_t *cycle)
{
    ngx_pyexec_job_exit();
}
