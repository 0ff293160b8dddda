
#include "ngx_pyexec_profiles.h"
#include "ngx_pyexec_words.h"

#include <pwd.h>


static ngx_array_t *ngx_pyexec_profiles_preload(ngx_conf_t *cf,
    ngx_pyexec_loc_conf_t *conf);
static ngx_pyexec_profile_t *ngx_pyexec_profiles_share(ngx_conf_t *cf,
    ngx_pyexec_profile_t *profile);
static ngx_uint_t ngx_pyexec_profiles_same(ngx_pyexec_profile_t *one,
    ngx_pyexec_profile_t *two);
static ngx_uint_t ngx_pyexec_profiles_same_list(ngx_array_t *one,
    ngx_array_t *two);
static ngx_uint_t ngx_pyexec_profiles_lists(ngx_str_t *list, ngx_str_t *name);


ngx_int_t
ngx_pyexec_profiles_get(ngx_conf_t *cf, ngx_pyexec_loc_conf_t *conf)
{
    ngx_pyexec_profile_t    *profile;
    ngx_pyexec_main_conf_t  *pmcf;

    profile = ngx_pcalloc(cf->pool, sizeof(ngx_pyexec_profile_t));
    if (profile == NULL) {
        return NGX_ERROR;
    }

    pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_pyexec_module);

    profile->python = conf->python;
    profile->strict = conf->preload != NULL;
    profile->isolation = conf->isolation;
    profile->network = conf->network;
    profile->memory = conf->memory;
    profile->processes = conf->processes;
    profile->scratch = conf->scratch;
    profile->read_only = conf->read_only;
    profile->cgroup = conf->cgroup;
    profile->spares = conf->spares;
    profile->hidden = &pmcf->hidden;
    profile->position = conf->position.line ? conf->position : conf->enabled;
    profile->isolated = conf->isolated.line ? conf->isolated : conf->enabled;

    profile->preload = ngx_pyexec_profiles_preload(cf, conf);

    if (profile->preload == NULL
        || ngx_pyexec_words_join(cf->pool, conf->allow, &profile->allow)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    conf->profile = ngx_pyexec_profiles_share(cf, profile);

    return conf->profile ? NGX_OK : NGX_ERROR;
}


/* Without "pyexec_preload": what is allowed. */

static ngx_array_t *
ngx_pyexec_profiles_preload(ngx_conf_t *cf, ngx_pyexec_loc_conf_t *conf)
{
    ngx_int_t     rc;
    ngx_str_t    *name;
    ngx_uint_t    i;
    ngx_array_t  *preload;

    if (conf->preload) {
        return conf->preload;
    }

    preload = ngx_array_create(cf->pool, conf->allow->nelts + 1,
                               sizeof(ngx_str_t));
    if (preload == NULL) {
        return NULL;
    }

    name = conf->allow->elts;

    for (i = 0; i < conf->allow->nelts; i++) {

        if (ngx_pyexec_words_is(&name[i], NGX_PYEXEC_WORD_ANY)) {
            rc = ngx_pyexec_words_push_default(preload);

        } else {
            rc = ngx_pyexec_words_push(preload, name[i].data, name[i].len);
        }

        if (rc != NGX_OK) {
            return NULL;
        }
    }

    return preload;
}


/* The one of the configuration that is the same, or this one, now in it. */

static ngx_pyexec_profile_t *
ngx_pyexec_profiles_share(ngx_conf_t *cf, ngx_pyexec_profile_t *profile)
{
    ngx_uint_t                i;
    ngx_pyexec_profile_t    **profiles;
    ngx_pyexec_main_conf_t   *pmcf;

    pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_pyexec_module);

    profiles = pmcf->profiles.elts;

    for (i = 0; i < pmcf->profiles.nelts; i++) {
        if (ngx_pyexec_profiles_same(profiles[i], profile)) {
            profiles[i]->spares = ngx_max(profiles[i]->spares,
                                          profile->spares);
            return profiles[i];
        }
    }

    profiles = ngx_array_push(&pmcf->profiles);
    if (profiles == NULL) {
        return NULL;
    }

    *profiles = profile;

    return profile;
}


static ngx_uint_t
ngx_pyexec_profiles_same(ngx_pyexec_profile_t *one, ngx_pyexec_profile_t *two)
{
    if (one->strict != two->strict
        || one->isolation != two->isolation
        || one->network != two->network
        || one->memory != two->memory
        || one->processes != two->processes
        || one->scratch != two->scratch
        || ngx_strcmp(one->cgroup.data, two->cgroup.data) != 0
        || ngx_strcmp(one->python.data, two->python.data) != 0
        || ngx_strcmp(one->allow.data, two->allow.data) != 0)
    {
        return 0;
    }

    return ngx_pyexec_profiles_same_list(one->preload, two->preload)
           && ngx_pyexec_profiles_same_list(one->read_only, two->read_only);
}


/* Either may be NULL, which is empty. */

static ngx_uint_t
ngx_pyexec_profiles_same_list(ngx_array_t *one, ngx_array_t *two)
{
    ngx_str_t   *a, *b;
    ngx_uint_t   i, n;

    n = one ? one->nelts : 0;

    if (n != (two ? two->nelts : 0)) {
        return 0;
    }

    if (n == 0) {
        return 1;
    }

    a = one->elts;
    b = two->elts;

    for (i = 0; i < n; i++) {
        if (ngx_strcmp(a[i].data, b[i].data) != 0) {
            return 0;
        }
    }

    return 1;
}


ngx_int_t
ngx_pyexec_profiles_lighten(ngx_conf_t *cf, ngx_pyexec_profile_t *profile,
    ngx_str_t *heavy)
{
    ngx_str_t             *name;
    ngx_uint_t             i;
    ngx_pyexec_profile_t  *light;

    light = ngx_palloc(cf->pool, sizeof(ngx_pyexec_profile_t));
    if (light == NULL) {
        return NGX_ERROR;
    }

    *light = *profile;

    light->preload = ngx_array_create(cf->pool, profile->preload->nelts,
                                      sizeof(ngx_str_t));
    if (light->preload == NULL) {
        return NGX_ERROR;
    }

    name = profile->preload->elts;

    for (i = 0; i < profile->preload->nelts; i++) {

        if (ngx_pyexec_profiles_lists(heavy, &name[i])) {
            profile->heavy |= pyexec_policy_watched(i);

        } else if (ngx_pyexec_words_push(light->preload, name[i].data,
                                         name[i].len)
                   != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (profile->heavy == 0) {
        return NGX_OK;
    }

    profile->light = ngx_pyexec_profiles_share(cf, light);

    return profile->light ? NGX_OK : NGX_ERROR;
}


/* Whether a list with blanks between its names has that one. */

static ngx_uint_t
ngx_pyexec_profiles_lists(ngx_str_t *list, ngx_str_t *name)
{
    u_char  *p, *last, *end;

    last = list->data + list->len;

    for (p = list->data; p < last; p = end + 1) {
        end = ngx_strlchr(p, last, ' ');

        if (end == NULL) {
            end = last;
        }

        if ((size_t) (end - p) == name->len
            && ngx_strncmp(p, name->data, name->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* A reason that names a directive needs no other before it. */

void
ngx_pyexec_profiles_refuse(ngx_conf_t *cf, ngx_pyexec_profile_t *profile,
    ngx_str_t *reason)
{
    if (reason->len > sizeof("pyexec_") - 1
        && ngx_strncmp(reason->data, "pyexec_", sizeof("pyexec_") - 1) == 0)
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%V in %V:%ui", reason,
                      &profile->isolated.file, profile->isolated.line);
        return;
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "pyexec_python \"%V\" cannot be used: %V in %V:%ui",
                  &profile->python, reason, &profile->position.file,
                  profile->position.line);
}


ngx_int_t
ngx_pyexec_profiles_hide(ngx_conf_t *cf)
{
    ngx_uint_t                i;
    ngx_path_t              **path;
    ngx_pyexec_main_conf_t   *pmcf;

    pmcf = ngx_http_conf_get_module_main_conf(cf, ngx_pyexec_module);

    path = cf->cycle->paths.elts;

    for (i = 0; i < cf->cycle->paths.nelts; i++) {
        if (ngx_pyexec_words_push(&pmcf->hidden, path[i]->name.data,
                                  path[i]->name.len)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


void
ngx_pyexec_profiles_user(ngx_conf_t *cf, u_char user[NGX_PYEXEC_USER_LEN])
{
    uid_t             uid;
    gid_t             gid;
    struct passwd    *pw;
    ngx_core_conf_t  *ccf;

    *user++ = '-';
    *user-- = '\0';

    if (geteuid() != 0) {
        return;
    }

    ccf = (ngx_core_conf_t *) ngx_get_conf(cf->cycle->conf_ctx,
                                           ngx_core_module);
    uid = ccf->user;
    gid = ccf->group;

    /* the core sets its default only when all is read */

    if (uid == (uid_t) NGX_CONF_UNSET_UINT) {
        pw = getpwnam(NGX_USER);

        if (pw == NULL) {
            return;
        }

        uid = pw->pw_uid;
        gid = pw->pw_gid;
    }

    (void) ngx_sprintf(user, "%d:%d%Z", (int) uid, (int) gid);
}
