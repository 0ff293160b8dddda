
#include "ngx_pyexec_words.h"
#include "../../policy/rules.h"


static const char *ngx_pyexec_default_allow[] = {
#define NGX_PYEXEC_NAME(name)  name,
    PYEXEC_RULES_DEFAULT_ALLOW(NGX_PYEXEC_NAME)
#undef NGX_PYEXEC_NAME
};


ngx_uint_t
ngx_pyexec_words_is(ngx_str_t *word, char *text)
{
    return ngx_strcmp(word->data, text) == 0;
}


ngx_int_t
ngx_pyexec_words_push(ngx_array_t *words, u_char *data, size_t len)
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


ngx_int_t
ngx_pyexec_words_push_default(ngx_array_t *words)
{
    u_char      *name;
    ngx_uint_t   i, n;

    n = sizeof(ngx_pyexec_default_allow) / sizeof(char *);

    for (i = 0; i < n; i++) {
        name = (u_char *) ngx_pyexec_default_allow[i];

        if (ngx_pyexec_words_push(words, name, ngx_strlen(name)) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_uint_t
ngx_pyexec_words_is_name(ngx_str_t *name, ngx_uint_t dots)
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


ngx_int_t
ngx_pyexec_words_join(ngx_pool_t *pool, ngx_array_t *words, ngx_str_t *joined)
{
    u_char      *p;
    size_t       len;
    ngx_str_t   *word;
    ngx_uint_t   i;

    len = 1;
    word = words->elts;

    for (i = 0; i < words->nelts; i++) {

        if (ngx_pyexec_words_is(&word[i], NGX_PYEXEC_WORD_ANY)) {
            *joined = word[i];
            return NGX_OK;
        }

        len += word[i].len + 1;
    }

    p = ngx_pnalloc(pool, len);
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
