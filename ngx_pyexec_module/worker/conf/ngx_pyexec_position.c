
#include "ngx_pyexec_position.h"


void
ngx_pyexec_position_set(ngx_conf_t *cf, ngx_pyexec_position_t *position)
{
    position->file = cf->conf_file->file.name;
    position->line = cf->conf_file->line;
}
