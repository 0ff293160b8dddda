
/*
 * Lists of words, as directives have them: names of modules, origins.
 */


#ifndef _NGX_PYEXEC_WORDS_H_INCLUDED_
#define _NGX_PYEXEC_WORDS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* any import, any origin */
#define NGX_PYEXEC_WORD_ANY  "*"


ngx_uint_t ngx_pyexec_words_is(ngx_str_t *word, char *text);

/* A Python identifier, or several with dots; beyond ASCII all is letters. */
ngx_uint_t ngx_pyexec_words_is_name(ngx_str_t *name, ngx_uint_t dots);

/* A word that the array has already is not pushed again. */
ngx_int_t ngx_pyexec_words_push(ngx_array_t *words, u_char *data, size_t len);

/* The modules that "default" stands for. */
ngx_int_t ngx_pyexec_words_push_default(ngx_array_t *words);

/* With commas between them and a NUL behind; "*" makes it "*". */
ngx_int_t ngx_pyexec_words_join(ngx_pool_t *pool, ngx_array_t *words,
    ngx_str_t *joined);


#endif /* _NGX_PYEXEC_WORDS_H_INCLUDED_ */
