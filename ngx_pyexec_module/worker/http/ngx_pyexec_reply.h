
/*
 * What a request is answered, as a value: whoever decides names it, and
 * ngx_pyexec_answer.c turns it into status, headers and words.
 */


#ifndef _NGX_PYEXEC_REPLY_H_INCLUDED_
#define _NGX_PYEXEC_REPLY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "../exec/ngx_pyexec_outcome.h"
#include "../../json/answer.h"


typedef enum {
    NGX_PYEXEC_REPLY_NONE = 0,
    NGX_PYEXEC_REPLY_LEFT,              /* nobody is there to answer */
    NGX_PYEXEC_REPLY_STATUS,            /* "rc", as nginx answers it */
    NGX_PYEXEC_REPLY_OPTIONS,
    NGX_PYEXEC_REPLY_METHOD,
    NGX_PYEXEC_REPLY_MEDIA_TYPE,
    NGX_PYEXEC_REPLY_INVALID,           /* "text" says what */
    NGX_PYEXEC_REPLY_TOO_LARGE,         /* "text" names the limit */
    NGX_PYEXEC_REPLY_UNSAFE,            /* as the check's verdict says */
    NGX_PYEXEC_REPLY_OUTCOME
} ngx_pyexec_reply_e;


typedef struct {
    ngx_pyexec_reply_e          kind;
    ngx_int_t                   rc;
    const char                 *text;           /* with a NUL */

    ngx_pyexec_outcome_t       *outcome;
    pyexec_answer_bytes_t       output;
    pyexec_answer_bytes_t       error;
} ngx_pyexec_reply_t;


#endif /* _NGX_PYEXEC_REPLY_H_INCLUDED_ */
