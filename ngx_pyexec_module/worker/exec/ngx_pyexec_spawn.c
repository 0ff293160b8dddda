
#define NGX_PYEXEC_ZYGOTE_PY  NGX_PYEXEC_ZYGOTE_DIR "/zygote.py"

#include "ngx_pyexec_spawn.h"

#include <spawn.h>


#define NGX_PYEXEC_CONTROL_FD     3
#define NGX_PYEXEC_ENTRY_FD       4

/* NAME=VALUE arguments of zygote.py */
#define NGX_PYEXEC_SPAWN_OPTIONS  11


static ngx_pid_t ngx_pyexec_spawn_start(ngx_pyexec_profile_t *profile,
    char **argv, ngx_fd_t out, ngx_socket_t control);
static char **ngx_pyexec_spawn_argv(ngx_pyexec_profile_t *profile, char *user,
    char *token, ngx_pool_t *pool);
static char *ngx_pyexec_spawn_option(ngx_pool_t *pool, char *format, ...);
static ngx_err_t ngx_pyexec_spawn_attributes(posix_spawnattr_t *attr);
static ngx_err_t ngx_pyexec_spawn_files(posix_spawn_file_actions_t *actions,
    ngx_fd_t in, ngx_fd_t out, ngx_socket_t control, ngx_fd_t entry);
#ifdef PYEXEC_TEST
static void ngx_pyexec_spawn_without(void);
#endif


/* the whole environment of every program */

static char  *ngx_pyexec_environ[] = {
    "PATH=/usr/local/bin:/usr/bin:/bin",
    "LANG=C.UTF-8",
    NULL,
#ifdef PYEXEC_TEST
    NULL
#endif
};


ngx_pid_t
ngx_pyexec_spawn(ngx_pyexec_profile_t *profile, char *user, ngx_fd_t out,
    ngx_socket_t control, ngx_pool_t *pool)
{
    return ngx_pyexec_spawn_start(profile,
                                  ngx_pyexec_spawn_argv(profile, user, NULL,
                                                        pool),
                                  out, control);
}


ngx_pid_t
ngx_pyexec_spawn_check(ngx_pyexec_profile_t *profile, char *user, char *token,
    ngx_fd_t out, ngx_pool_t *pool)
{
    return ngx_pyexec_spawn_start(profile,
                                  ngx_pyexec_spawn_argv(profile, user, token,
                                                        pool),
                                  out, (ngx_socket_t) -1);
}


static ngx_pid_t
ngx_pyexec_spawn_start(ngx_pyexec_profile_t *profile, char **argv,
    ngx_fd_t out, ngx_socket_t control)
{
    ngx_fd_t                     in[2];
    ngx_err_t                    err;
    ngx_pid_t                    pid;
    posix_spawnattr_t            attr;
    posix_spawn_file_actions_t   actions;

    if (argv == NULL) {
        ngx_set_errno(NGX_ENOMEM);
        return NGX_INVALID_PID;
    }

#ifdef PYEXEC_TEST
    ngx_pyexec_spawn_without();
#endif

    /*
     * A pipe, not /dev/null: the interpreter opens its standard streams once,
     * and those of a run are pipes.
     */

    if (pipe2(in, O_CLOEXEC) == -1) {
        return NGX_INVALID_PID;
    }

    (void) close(in[1]);

    (void) posix_spawnattr_init(&attr);
    (void) posix_spawn_file_actions_init(&actions);

    err = ngx_pyexec_spawn_attributes(&attr);

    if (err == 0) {
        err = ngx_pyexec_spawn_files(&actions, in[0], out, control,
                                     profile->entry);
    }

    if (err == 0) {
        err = posix_spawn(&pid, argv[0], &actions, &attr, argv,
                          ngx_pyexec_environ);
    }

    (void) posix_spawn_file_actions_destroy(&actions);
    (void) posix_spawnattr_destroy(&attr);
    (void) close(in[0]);

    if (err) {
        ngx_set_errno(err);
        return NGX_INVALID_PID;
    }

    return pid;
}


/*
 * As zygote.py takes it: NAME=VALUE, "--" and the modules to import; to serve,
 * or to check, where there is a token.
 */

static char **
ngx_pyexec_spawn_argv(ngx_pyexec_profile_t *profile, char *user, char *token,
    ngx_pool_t *pool)
{
    char        **argv, **p;
    ngx_str_t    *name;
    ngx_uint_t    i;
    ngx_array_t  *hidden, *shown;

    static char  *isolations[] = { "off", "process", "full" };

    hidden = profile->hidden;
    shown = profile->read_only;

    argv = ngx_palloc(pool, (profile->preload->nelts + hidden->nelts
                             + (shown ? shown->nelts : 0)
                             + NGX_PYEXEC_SPAWN_OPTIONS + 6)
                            * sizeof(char *));
    if (argv == NULL) {
        return NULL;
    }

    p = argv;

    /* the strings come from the configuration and end with a NUL */

    *p++ = (char *) profile->python.data;

    /* what a site may run must not run as root: a check does without first */

    *p++ = token ? "-IBS" : "-IB";
    *p++ = NGX_PYEXEC_ZYGOTE_PY;
    *p++ = token ? "check" : "serve";

    *p++ = ngx_pyexec_spawn_option(pool, "token=%s%Z", token ? token : "");
    *p++ = ngx_pyexec_spawn_option(pool, "user=%s%Z", user);
    *p++ = profile->strict ? "preload=strict" : "preload=lenient";
    *p++ = ngx_pyexec_spawn_option(pool, "allow=%s%Z", profile->allow.data);
    *p++ = ngx_pyexec_spawn_option(pool, "isolation=%s%Z",
                                   isolations[profile->isolation]);
    *p++ = profile->network ? "network=on" : "network=off";
    *p++ = ngx_pyexec_spawn_option(pool, "memory=%uz%Z", profile->memory);
    *p++ = ngx_pyexec_spawn_option(pool, "processes=%ui%Z",
                                   profile->processes);
    *p++ = ngx_pyexec_spawn_option(pool, "scratch=%uz%Z", profile->scratch);
    *p++ = ngx_pyexec_spawn_option(pool, "cgroup=%s%Z", profile->cgroup.data);
    *p++ = profile->entry == NGX_INVALID_FILE
           ? "entry=-" : "entry=" ngx_value(NGX_PYEXEC_ENTRY_FD);
    name = hidden->elts;

    for (i = 0; i < hidden->nelts; i++) {
        *p++ = ngx_pyexec_spawn_option(pool, "hide=%V%Z", &name[i]);
    }

    for (i = 0; shown && i < shown->nelts; i++) {
        name = shown->elts;
        *p++ = ngx_pyexec_spawn_option(pool, "show=%V%Z", &name[i]);
    }

    *p++ = "--";

    for (i = 0; i < (ngx_uint_t) (p - argv); i++) {
        if (argv[i] == NULL) {
            return NULL;
        }
    }

    name = profile->preload->elts;

    for (i = 0; i < profile->preload->nelts; i++) {
        *p++ = (char *) name[i].data;
    }

    *p = NULL;

    return argv;
}


static char *
ngx_pyexec_spawn_option(ngx_pool_t *pool, char *format, ...)
{
    u_char   *option;
    size_t    size;
    va_list   args;

    /* only the first argument adds to the format, %V, %s or a number */

    size = ngx_strlen(format) + NGX_INT64_LEN;

    if (ngx_strstr(format, "%s") != NULL) {
        va_start(args, format);
        size += ngx_strlen(va_arg(args, char *));
        va_end(args);
    }

    if (ngx_strstr(format, "%V") != NULL) {
        va_start(args, format);
        size += va_arg(args, ngx_str_t *)->len;
        va_end(args);
    }

    option = ngx_pnalloc(pool, size);
    if (option == NULL) {
        return NULL;
    }

    va_start(args, format);
    (void) ngx_vslprintf(option, option + size, format, args);
    va_end(args);

    return (char *) option;
}


static ngx_err_t
ngx_pyexec_spawn_attributes(posix_spawnattr_t *attr)
{
    sigset_t   set;
    ngx_err_t  err;

    sigfillset(&set);

    err = posix_spawnattr_setsigdefault(attr, &set);
    if (err) {
        return err;
    }

    /* until it is a reaper, the signal to end waits: nginx logs such deaths */

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);

    err = posix_spawnattr_setsigmask(attr, &set);
    if (err) {
        return err;
    }

    return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF
                                          |POSIX_SPAWN_SETSIGMASK
                                          |POSIX_SPAWN_SETSID);
}


static ngx_err_t
ngx_pyexec_spawn_files(posix_spawn_file_actions_t *actions, ngx_fd_t in,
    ngx_fd_t out, ngx_socket_t control, ngx_fd_t entry)
{
    ngx_err_t  err;

    /* nginx has 0, 1 and 2 open, so "in" and "out" are not among them */

    err = posix_spawn_file_actions_adddup2(actions, in, STDIN_FILENO);

    if (err == 0) {
        err = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
    }

    if (err == 0) {
        err = posix_spawn_file_actions_adddup2(actions, out, STDERR_FILENO);
    }

    if (err == 0 && control != (ngx_socket_t) -1) {
        err = posix_spawn_file_actions_adddup2(actions, control,
                                               NGX_PYEXEC_CONTROL_FD);
    }

    if (err == 0 && control == (ngx_socket_t) -1) {
        err = posix_spawn_file_actions_addclose(actions,
                                                NGX_PYEXEC_CONTROL_FD);
    }

    if (err == 0 && entry != NGX_INVALID_FILE) {
        err = posix_spawn_file_actions_adddup2(actions, entry,
                                               NGX_PYEXEC_ENTRY_FD);
    }

    if (err == 0) {
        err = posix_spawn_file_actions_addclosefrom_np(actions,
                                    NGX_PYEXEC_ENTRY_FD
                                    + (entry != NGX_INVALID_FILE));
    }

    if (err == 0) {
        err = posix_spawn_file_actions_addchdir_np(actions, "/");
    }

    return err;
}


#ifdef PYEXEC_TEST

/* The layers that a test takes away, see zygote/sandbox/without.h. */

static void
ngx_pyexec_spawn_without(void)
{
    char  **p;

    for (p = ngx_pyexec_environ; *p; p++) {
        if (ngx_strncmp(*p, "PYEXEC_WITHOUT=", 15) == 0) {
            return;
        }
    }

    if (getenv("PYEXEC_WITHOUT") != NULL) {
        *p = getenv("PYEXEC_WITHOUT") - sizeof("PYEXEC_WITHOUT=") + 1;
    }
}

#endif
