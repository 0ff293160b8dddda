
#include "ngx_pyexec_probe.h"
#include "ngx_pyexec_spawn.h"

#include <poll.h>
#include <sys/random.h>
#include <sys/wait.h>


/* an interpreter that says nothing for so long is not one, seconds */
#define NGX_PYEXEC_PROBE_TIMEOUT  30

/* of what it says, the names of modules not counted; the end is kept */
#define NGX_PYEXEC_PROBE_SIZE     4096

/* that no program says by chance what a check says at its end */
#define NGX_PYEXEC_PROBE_TOKEN    16


static size_t ngx_pyexec_probe_size(ngx_pyexec_profile_t *profile);
static ngx_int_t ngx_pyexec_probe_token(u_char *token);
static ngx_int_t ngx_pyexec_probe_run(ngx_pyexec_profile_t *profile,
    char *user, char *token, ngx_str_t *said, int *status, ngx_pool_t *pool);
static ngx_int_t ngx_pyexec_probe_fail(ngx_str_t *said, size_t size);
static size_t ngx_pyexec_probe_read(ngx_fd_t fd, u_char *buf, size_t size);
static ngx_int_t ngx_pyexec_probe_timeout(void);
static void ngx_pyexec_probe_last_line(ngx_str_t *said);
static ngx_int_t ngx_pyexec_probe_judge(ngx_str_t *said, char *token);
static void ngx_pyexec_probe_explain(ngx_str_t *said, int status,
    ngx_pool_t *pool);


ngx_int_t
ngx_pyexec_probe(ngx_pyexec_profile_t *profile, char *user, ngx_str_t *said,
    ngx_pool_t *pool)
{
    int      status;
    u_char   token[2 * NGX_PYEXEC_PROBE_TOKEN + 1];

    said->len = ngx_pyexec_probe_size(profile);
    said->data = ngx_pnalloc(pool, said->len);

    if (said->data == NULL) {
        ngx_str_set(said, "out of memory");
        return NGX_ERROR;
    }

    if (ngx_pyexec_probe_token(token) != NGX_OK) {
        return ngx_pyexec_probe_fail(said, said->len);
    }

    if (ngx_pyexec_probe_run(profile, user, (char *) token, said, &status,
                             pool)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* the last line tells, be it of a traceback or after warnings */

    ngx_pyexec_probe_last_line(said);

    if (ngx_pyexec_probe_judge(said, (char *) token) == NGX_OK) {
        return NGX_OK;
    }

    ngx_pyexec_probe_explain(said, status, pool);

    return NGX_ERROR;
}


/* the half that is kept takes the line that has all the names in it */

static size_t
ngx_pyexec_probe_size(ngx_pyexec_profile_t *profile)
{
    size_t       size;
    ngx_str_t   *name;
    ngx_uint_t   i;

    size = NGX_PYEXEC_PROBE_SIZE;
    name = profile->preload->elts;

    for (i = 0; i < profile->preload->nelts; i++) {
        size += 2 * (name[i].len + 1);
    }

    return size;
}


/* in hexadecimal, with a NUL */

static ngx_int_t
ngx_pyexec_probe_token(u_char *token)
{
    u_char   random[NGX_PYEXEC_PROBE_TOKEN];

    if (getrandom(random, sizeof(random), 0) != sizeof(random)) {
        return NGX_ERROR;
    }

    *ngx_hex_dump(token, random, sizeof(random)) = '\0';

    return NGX_OK;
}


/* what it says and, where nginx does not reap it itself, its exit status */

static ngx_int_t
ngx_pyexec_probe_run(ngx_pyexec_profile_t *profile, char *user, char *token,
    ngx_str_t *said, int *status, ngx_pool_t *pool)
{
    size_t     size;
    ngx_fd_t   out[2];
    ngx_pid_t  pid;

    size = said->len;

    if (pipe2(out, O_CLOEXEC) == -1) {
        return ngx_pyexec_probe_fail(said, size);
    }

    pid = ngx_pyexec_spawn_check(profile, user, token, out[1], pool);

    if (pid == NGX_INVALID_PID) {
        (void) ngx_pyexec_probe_fail(said, size);
        (void) close(out[0]);
        (void) close(out[1]);
        return NGX_ERROR;
    }

    (void) close(out[1]);

    said->len = ngx_pyexec_probe_read(out[0], said->data, size);

    (void) close(out[0]);
    (void) kill(pid, SIGKILL);

    /* where nginx has its handler of SIGCHLD set, the handler reaps it */

    *status = 0;

    while (waitpid(pid, status, 0) == -1 && ngx_errno == NGX_EINTR) {
        /* void */
    }

    while (said->len && said->data[said->len - 1] == LF) {
        said->len--;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_pyexec_probe_fail(ngx_str_t *said, size_t size)
{
    said->len = ngx_strerror(ngx_errno, said->data, size) - said->data;

    return NGX_ERROR;
}


/*
 * Reads to the end, or until it has waited for too long, which it says then;
 * keeps the last half of a buffer that runs over.
 */

static size_t
ngx_pyexec_probe_read(ngx_fd_t fd, u_char *buf, size_t size)
{
    int            rc;
    size_t         len;
    ssize_t        n;
    ngx_int_t      timeout;
    struct pollfd  pfd;

    len = 0;
    timeout = ngx_pyexec_probe_timeout();
    pfd.fd = fd;
    pfd.events = POLLIN;

    for ( ;; ) {
        rc = poll(&pfd, 1, timeout * 1000);

        if (rc == -1 && ngx_errno == NGX_EINTR) {
            continue;
        }

        if (rc == 0) {
            return ngx_snprintf(buf, size,
                                "it has said nothing for %i seconds", timeout)
                   - buf;
        }

        if (rc == -1) {
            return len;
        }

        if (len == size) {
            len = size / 2;
            ngx_memmove(buf, buf + size - len, len);
        }

        n = read(fd, buf + len, size - len);

        if (n == -1 && ngx_errno == NGX_EINTR) {
            continue;
        }

        if (n <= 0) {
            return len;
        }

        len += n;
    }
}


static ngx_int_t
ngx_pyexec_probe_timeout(void)
{
#ifdef PYEXEC_TEST

    char  *seconds;

    seconds = getenv("PYEXEC_PROBE_TIMEOUT");

    if (seconds != NULL) {
        return atoi(seconds);
    }

#endif

    return NGX_PYEXEC_PROBE_TIMEOUT;
}


static void
ngx_pyexec_probe_last_line(ngx_str_t *said)
{
    u_char  *p;

    p = said->data + said->len;

    while (p > said->data && p[-1] != LF) {
        p--;
    }

    said->len -= p - said->data;
    said->data = p;
}


/* "ok TOKEN", with names behind it or not; nothing else is a success */

static ngx_int_t
ngx_pyexec_probe_judge(ngx_str_t *said, char *token)
{
    size_t   len;
    u_char  *p;

    p = said->data;
    len = sizeof("ok ") - 1 + 2 * NGX_PYEXEC_PROBE_TOKEN;

    if (said->len < len
        || ngx_strncmp(p, "ok ", 3) != 0
        || ngx_strncmp(p + 3, token, len - 3) != 0)
    {
        return NGX_ERROR;
    }

    if (said->len == len) {
        said->len = 0;
        return NGX_OK;
    }

    if (p[len] != ' ') {
        return NGX_ERROR;
    }

    said->data += len + 1;
    said->len -= len + 1;

    return NGX_OK;
}


/*
 * What it died of tells more than what it said before; SIGKILL is ours, for
 * one that has closed its output and not yet ended.
 */

static void
ngx_pyexec_probe_explain(ngx_str_t *said, int status, ngx_pool_t *pool)
{
    u_char  *p;

    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) {
        ngx_str_set(said, "a filter of system calls killed it; under systemd,"
                            " SystemCallFilter= must have \"@mount sethostname"
                          " setdomainname seccomp landlock_create_ruleset"
                          " landlock_add_rule landlock_restrict_self\", too");
        return;
    }

    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) {
        p = ngx_pnalloc(pool, sizeof("it was killed by signal ")
                              + NGX_INT_T_LEN);

        if (p != NULL) {
            said->data = p;
            said->len = ngx_sprintf(p, "it was killed by signal %d",
                                    WTERMSIG(status))
                        - p;
            return;
        }
    }

    if (said->len == 0) {
        ngx_str_set(said, "it ended without a word");

    } else if (said->len >= 3 && ngx_strncmp(said->data, "ok ", 3) == 0) {
        ngx_str_set(said, "its check did not come to its end");
    }
}
