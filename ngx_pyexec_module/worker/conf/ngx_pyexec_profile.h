
/*
 * Profiles: what the locations of a configuration need zygotes for.
 */


#ifndef _NGX_PYEXEC_PROFILE_H_INCLUDED_
#define _NGX_PYEXEC_PROFILE_H_INCLUDED_


#include "../ngx_pyexec_module.h"


/* Finds or makes the profile of a merged location: conf->profile. */
ngx_int_t ngx_pyexec_profile_get(ngx_conf_t *cf, ngx_pyexec_loc_conf_t *conf);

/*
 * When all is merged: asks every interpreter whether it can be a zygote, and
 * adds the light profiles.
 */
ngx_int_t ngx_pyexec_profile_check(ngx_conf_t *cf);


#endif /* _NGX_PYEXEC_PROFILE_H_INCLUDED_ */
