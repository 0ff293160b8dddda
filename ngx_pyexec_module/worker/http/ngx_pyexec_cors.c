
#include "ngx_pyexec_cors.h"
#include "ngx_pyexec_headers.h"


static ngx_str_t *ngx_pyexec_cors_origin(ngx_http_request_t *r,
    ngx_pyexec_loc_conf_t *plcf);


static ngx_str_t  ngx_pyexec_cors_any = ngx_string("*");

static ngx_str_t  ngx_pyexec_cors_allow_origin =
    ngx_string("Access-Control-Allow-Origin");
static ngx_str_t  ngx_pyexec_cors_allow_methods =
    ngx_string("Access-Control-Allow-Methods");
static ngx_str_t  ngx_pyexec_cors_allow_headers =
    ngx_string("Access-Control-Allow-Headers");
static ngx_str_t  ngx_pyexec_cors_expose_headers =
    ngx_string("Access-Control-Expose-Headers");
static ngx_str_t  ngx_pyexec_cors_max_age =
    ngx_string("Access-Control-Max-Age");
static ngx_str_t  ngx_pyexec_cors_vary = ngx_string("Vary");

static ngx_str_t  ngx_pyexec_cors_methods = ngx_string("POST, OPTIONS");
static ngx_str_t  ngx_pyexec_cors_headers = ngx_string("Content-Type");
static ngx_str_t  ngx_pyexec_cors_exposed = ngx_string("Retry-After");
static ngx_str_t  ngx_pyexec_cors_origin_header = ngx_string("Origin");
static ngx_str_t  ngx_pyexec_cors_request_headers =
    ngx_string("Access-Control-Request-Headers");

/* seconds: a day, more than any browser keeps it */
static ngx_str_t  ngx_pyexec_cors_age = ngx_string("86400");


ngx_int_t
ngx_pyexec_cors_add(ngx_http_request_t *r, ngx_pyexec_loc_conf_t *plcf)
{
    ngx_str_t        *origin;
    ngx_table_elt_t  *h;

    if (plcf->origins->nelts == 0) {
        return NGX_OK;
    }

    origin = ngx_pyexec_cors_origin(r, plcf);

    /* an answer that depends on the origin must say so to caches */

    if (origin != &ngx_pyexec_cors_any
        && ngx_pyexec_headers_add(r, &ngx_pyexec_cors_vary,
                                    &ngx_pyexec_cors_origin_header)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (origin == NULL) {
        return NGX_OK;
    }

    if (ngx_pyexec_headers_add(r, &ngx_pyexec_cors_allow_origin, origin)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (r->method != NGX_HTTP_OPTIONS) {
        return ngx_pyexec_headers_add(r, &ngx_pyexec_cors_expose_headers,
                                        &ngx_pyexec_cors_exposed);
    }

    h = ngx_pyexec_headers_find(r, &ngx_pyexec_cors_request_headers);

    if (ngx_pyexec_headers_add(r, &ngx_pyexec_cors_allow_methods,
                                 &ngx_pyexec_cors_methods)
        != NGX_OK
        || ngx_pyexec_headers_add(r, &ngx_pyexec_cors_allow_headers,
                                    h ? &h->value : &ngx_pyexec_cors_headers)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_pyexec_headers_add(r, &ngx_pyexec_cors_max_age,
                                    &ngx_pyexec_cors_age);
}


/* What to allow: "*", the request's origin, or NULL for nothing. */

static ngx_str_t *
ngx_pyexec_cors_origin(ngx_http_request_t *r, ngx_pyexec_loc_conf_t *plcf)
{
    ngx_str_t        *origin;
    ngx_uint_t        i;
    ngx_table_elt_t  *h;

    origin = plcf->origins->elts;

    if (origin[0].len == 1 && origin[0].data[0] == '*') {
        return &ngx_pyexec_cors_any;
    }

    h = ngx_pyexec_headers_find(r, &ngx_pyexec_cors_origin_header);

    if (h == NULL) {
        return NULL;
    }

    for (i = 0; i < plcf->origins->nelts; i++) {
        if (origin[i].len == h->value.len
            && ngx_strncmp(origin[i].data, h->value.data, h->value.len) == 0)
        {
            return &h->value;
        }
    }

    return NULL;
}
