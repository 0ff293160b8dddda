/*
 * Clients that POST the same body again and again, each when it has its
 * answer, on connections that are kept where the server keeps them:
 *
 *   load CLIENTS SECONDS|xREQUESTS PORT PATH BODYFILE STATUS MEMBER EXPECTED
 *
 * Every answer is checked: its status must be STATUS, and this member of
 * its JSON object must begin with EXPECTED, a piece of JSON.  Prints one JSON
 * object: "times" are of the answers that are right, "busy" of those with
 * status 503; "wrong" are other answers, "failed" are connections that ended
 * without one.  A time is from the request to the last byte of the answer,
 * and has the connect in it where there was no connection.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"
#include "times.h"


#define CLIENTS_MAX   4096
#define EVENTS_MAX    64
#define ANSWER_MAX    (64 * 1024)
#define STALL_MS      60000
#define FAILURES_MAX  1000


typedef struct {
    int     fd;                 /* -1: not connected */
    size_t  sent;
    size_t  got;
    double  start;
    char    answer[ANSWER_MAX + 1];
} client_t;


static client_t            *clients;
static int                  epoll;
static struct sockaddr_in   address;

static char                *request;
static size_t               request_len;

static int                  want_status;
static const char          *want_value;
static const char          *want_member;

static times_t              times, busy;
static size_t               wrong, failed, begun, limit;
static double               deadline;
static int                  active;
static char                 sample[512];        /* the first wrong answer */


static void
fail(const char *what)
{
    perror(what);
    exit(1);
}


static void
make_request(const char *port, const char *path, const char *file)
{
    char    *body;
    FILE    *f;
    size_t   len;

    body = malloc(1024 * 1024);
    f = fopen(file, "r");
    if (body == NULL || f == NULL) {
        fail(file);
    }

    len = fread(body, 1, 1024 * 1024, f);
    fclose(f);

    request = malloc(len + 1024);
    if (request == NULL) {
        fail("malloc");
    }

    request_len = (size_t) sprintf(request, "POST %.512s HTTP/1.1\r\n"
                                   "Host: 127.0.0.1:%.5s\r\n"
                                   "Content-Type: application/json\r\n"
                                   "Content-Length: %zu\r\n\r\n",
                                   path, port, len);
    memcpy(request + request_len, body, len);
    request_len += len;

    free(body);
}


static void
disconnect(client_t *client)
{
    close(client->fd);
    client->fd = -1;
}


static void
connect_client(client_t *client)
{
    int                 on;
    struct epoll_event  event;

    client->fd = socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, 0);
    if (client->fd == -1) {
        fail("socket");
    }

    on = 1;
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));

    if (connect(client->fd, (struct sockaddr *) &address, sizeof(address))
        != 0 && errno != EINPROGRESS)
    {
        fail("connect");
    }

    event.events = EPOLLIN|EPOLLOUT|EPOLLET;
    event.data.ptr = client;

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, client->fd, &event) != 0) {
        fail("epoll_ctl");
    }
}


static void
send_request(client_t *client)
{
    ssize_t  n;

    while (client->sent < request_len) {
        n = send(client->fd, request + client->sent,
                 request_len - client->sent, MSG_NOSIGNAL);
        if (n == -1) {
            /* Not connected yet, or full; an error shows when it is read. */
            return;
        }

        client->sent += (size_t) n;
    }
}


static void
next_request(client_t *client)
{
    if (begun == limit || times_now() >= deadline || failed > FAILURES_MAX) {
        if (client->fd != -1) {
            disconnect(client);
        }

        active--;
        return;
    }

    begun++;
    client->sent = 0;
    client->got = 0;
    client->start = times_now();

    if (client->fd == -1) {
        connect_client(client);
    }

    send_request(client);
}


static void
judge(client_t *client, const answer_t *answer)
{
    double  seconds;

    seconds = times_now() - client->start;

    if (answer->status == want_status
        && answer_has(answer, want_member, want_value))
    {
        times_add(&times, seconds);

    } else if (answer->status == 503) {
        times_add(&busy, seconds);

    } else if (wrong++ == 0) {
        snprintf(sample, sizeof(sample), "%d %s", answer->status,
                 answer->body);
    }
}


static void
read_answer(client_t *client)
{
    ssize_t   n;
    answer_t  answer;

    for ( ;; ) {
        if (client->got == ANSWER_MAX) {
            fprintf(stderr, "an answer is too long\n");
            exit(1);
        }

        n = recv(client->fd, client->answer + client->got,
                 ANSWER_MAX - client->got, 0);

        if (n == -1 && errno == EAGAIN) {
            return;
        }

        if (n > 0) {
            client->got += (size_t) n;
        }

        client->answer[client->got] = '\0';

        if (answer_parse(client->answer, client->got, n <= 0, &answer)) {
            judge(client, &answer);

            if (!answer.keep) {
                disconnect(client);
            }

            next_request(client);
            return;
        }

        if (n <= 0) {
            failed++;
            disconnect(client);
            next_request(client);
            return;
        }
    }
}


static void
run(int n)
{
    int                 i, count;
    client_t           *client;
    struct epoll_event  events[EVENTS_MAX];

    clients = calloc((size_t) n, sizeof(client_t));
    epoll = epoll_create1(0);
    if (clients == NULL || epoll == -1) {
        fail("epoll_create1");
    }

    active = n;

    for (i = 0; i < n; i++) {
        clients[i].fd = -1;
        next_request(&clients[i]);
    }

    while (active > 0) {
        count = epoll_wait(epoll, events, EVENTS_MAX, STALL_MS);
        if (count == 0) {
            fprintf(stderr, "no answer in %d s\n", STALL_MS / 1000);
            exit(1);
        }

        for (i = 0; i < count; i++) {
            client = events[i].data.ptr;

            if (client->sent < request_len) {
                send_request(client);
            }

            if (client->fd != -1 && events[i].events & ~EPOLLOUT) {
                read_answer(client);
            }
        }
    }
}


static void
print_quoted(const char *text)
{
    for ( /* void */ ; *text; text++) {
        if (*text == '"' || *text == '\\') {
            putchar('\\');
        }

        putchar((unsigned char) *text < ' ' ? ' ' : *text);
    }
}


int
main(int argc, char **argv)
{
    int            n;
    double         start, end;
    struct rusage  usage;

    if (argc != 9 || (n = atoi(argv[1])) < 1 || n > CLIENTS_MAX) {
        fprintf(stderr, "usage: load CLIENTS SECONDS|xREQUESTS PORT PATH "
                "BODYFILE STATUS MEMBER EXPECTED\n");
        return 2;
    }

    address.sin_family = AF_INET;
    address.sin_port = htons((in_port_t) atoi(argv[3]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    make_request(argv[3], argv[4], argv[5]);

    want_status = atoi(argv[6]);
    want_member = argv[7];
    want_value = argv[8];

    start = times_now();

    if (argv[2][0] == 'x') {
        limit = (size_t) atol(argv[2] + 1);
        deadline = 1e18;

    } else {
        limit = (size_t) -1;
        deadline = start + atof(argv[2]);
    }

    run(n);

    end = times_now();
    getrusage(RUSAGE_SELF, &usage);

    printf("{\"seconds\": %.4f, \"right\": %zu, \"wrong\": %zu, "
           "\"failed\": %zu, \"client_cpu\": %.4f, \"sample\": \"",
           end - start, times.n, wrong, failed,
           (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
           + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    print_quoted(sample);
    printf("\", ");
    times_print(&times, "times");
    printf(", ");
    times_print(&busy, "busy");
    printf("}\n");

    return 0;
}
