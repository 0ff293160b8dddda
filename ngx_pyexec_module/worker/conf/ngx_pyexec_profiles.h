
/*
 * The profiles of a configuration: made for its locations, shared, lightened.
 */


#ifndef _NGX_PYEXEC_PROFILES_H_INCLUDED_
#define _NGX_PYEXEC_PROFILES_H_INCLUDED_


#include "ngx_pyexec_conf.h"


/* "UID:GID" of 32 bits each, with a NUL */
#define NGX_PYEXEC_USER_LEN  24


/* Finds or makes the profile of a merged location: conf->profile. */
ngx_int_t ngx_pyexec_profiles_get(ngx_conf_t *cf, ngx_pyexec_loc_conf_t *conf);

/*
 * Makes the light profile of one of whose modules "heavy", with blanks
 * between them, are installed and no part of Python.
 */
ngx_int_t ngx_pyexec_profiles_lighten(ngx_conf_t *cf,
    ngx_pyexec_profile_t *profile, ngx_str_t *heavy);

/* Says in the log why it cannot be used, with the directive's line. */
void ngx_pyexec_profiles_refuse(ngx_conf_t *cf, ngx_pyexec_profile_t *profile,
    ngx_str_t *reason);

/*
 * To be called when all of the configuration has been read: no run is to see
 * the directories that nginx keeps bodies and caches in.  NGX_ERROR for want
 * of memory.
 */
ngx_int_t ngx_pyexec_profiles_hide(ngx_conf_t *cf);

/* Whose the workers will be, as "UID:GID"; "-": whoever nginx is now. */
void ngx_pyexec_profiles_user(ngx_conf_t *cf,
    u_char user[NGX_PYEXEC_USER_LEN]);


#endif /* _NGX_PYEXEC_PROFILES_H_INCLUDED_ */
