
#ifndef _NGX_PYEXEC_CGROUP_H_INCLUDED_
#define _NGX_PYEXEC_CGROUP_H_INCLUDED_


#include "ngx_pyexec_profile.h"


/*
 * Sets the profile's way into its cgroup, as the sandbox's cgroup.h explains:
 * where nginx is root, which may let a process in that may not go there by
 * itself.  Without one the descriptor is NGX_INVALID_FILE, and it depends on
 * where nginx was started what a zygote may do.
 */
ngx_int_t ngx_pyexec_cgroup_entry(ngx_conf_t *cf,
    ngx_pyexec_profile_t *profile);


#endif /* _NGX_PYEXEC_CGROUP_H_INCLUDED_ */
