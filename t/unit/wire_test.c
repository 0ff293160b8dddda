/* The wire format between a worker and its zygote, over real sockets. */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../ngx_pyexec_module/wire/wire.h"


static int
setup(void **state)
{
    static int ends[2];

    *state = ends;

    return socketpair(AF_UNIX, SOCK_SEQPACKET|SOCK_NONBLOCK, 0, ends);
}


static int
teardown(void **state)
{
    int *ends = *state;

    (void) close(ends[0]);

    return ends[1] == -1 ? 0 : close(ends[1]);
}


/* The number that the next descriptor would get: a leak moves it. */

static int
next_fd(void)
{
    int fd = dup(0);

    assert_int_not_equal(fd, -1);
    close(fd);

    return fd;
}


static void
a_message_arrives_as_it_was_sent(void **state)
{
    int                   *ends = *state, fds[PYEXEC_WIRE_NFDS];
    pyexec_wire_message_t  sent, received;

    memset(&sent, 0, sizeof(sent));
    sent.type = PYEXEC_WIRE_ENDED;
    sent.run = UINT32_MAX;
    sent.flags = PYEXEC_WIRE_OUT_OF_MEMORY;
    sent.status = 0x8b;
    sent.cpu_time = UINT64_MAX;
    sent.memory = 1;
    sent.ended = 2;

    assert_int_equal(pyexec_wire_send(ends[0], &sent, NULL, 0), 0);
    assert_int_equal(pyexec_wire_recv(ends[1], &received, fds), 1);
    assert_memory_equal(&sent, &received, sizeof(sent));
    assert_int_equal(fds[0], -1);
}


static void
a_failure_arrives_with_its_step(void **state)
{
    int                   *ends = *state, fds[PYEXEC_WIRE_NFDS];
    pyexec_wire_message_t  sent, received;

    memset(&sent, 0, sizeof(sent));
    sent.type = PYEXEC_WIRE_FAILED;
    sent.run = 1;
    sent.error = ENOSPC;
    memset(sent.step, 's', sizeof(sent.step) - 1);

    assert_int_equal(pyexec_wire_send(ends[0], &sent, NULL, 0), 0);
    assert_int_equal(pyexec_wire_recv(ends[1], &received, fds), 1);
    assert_int_equal(received.type, PYEXEC_WIRE_FAILED);
    assert_int_equal(received.error, ENOSPC);
    assert_string_equal(received.step, sent.step);
    assert_int_equal(received.flags, 0);
}


static void
descriptors_come_along_with_a_spawn(void **state)
{
    int                    i, *ends = *state, pipes[4], fds[PYEXEC_WIRE_NFDS];
    char                   c = 0;
    pyexec_wire_message_t  message = { .type = PYEXEC_WIRE_SPAWN };

    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(pipe(pipes + 2), 0);

    assert_int_equal(pyexec_wire_send(ends[0], &message, pipes, 4), 0);
    assert_int_equal(pyexec_wire_recv(ends[1], &message, fds), 1);

    for (i = 0; i < PYEXEC_WIRE_NFDS; i++) {
        assert_int_not_equal(fds[i], pipes[i]);
        assert_true(fcntl(fds[i], F_GETFD) & FD_CLOEXEC);
    }

    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_int_equal(read(pipes[0], &c, 1), 1);
    assert_int_equal(c, 'x');

    for (i = 0; i < 4; i++) {
        close(fds[i]);
        close(pipes[i]);
    }
}


static void
a_spawn_without_its_descriptors_is_no_message(void **state)
{
    int                   *ends = *state, fds[PYEXEC_WIRE_NFDS];
    pyexec_wire_message_t  message = { .type = PYEXEC_WIRE_SPAWN };

    assert_int_equal(pyexec_wire_send(ends[0], &message, NULL, 0), 0);
    assert_int_equal(pyexec_wire_recv(ends[1], &message, fds), -1);
    assert_int_equal(errno, EBADMSG);
}


static void
descriptors_that_nobody_asked_for_are_closed(void **state)
{
    int                   *ends = *state, fds[PYEXEC_WIRE_NFDS], zero[4] = {0};
    int                    next;
    pyexec_wire_message_t  message = { .type = PYEXEC_WIRE_KILL };

    next = next_fd();

    assert_int_equal(pyexec_wire_send(ends[0], &message, zero, 4), 0);
    assert_int_equal(pyexec_wire_recv(ends[1], &message, fds), -1);
    assert_int_equal(errno, EBADMSG);
    assert_int_equal(fds[0], -1);
    assert_int_equal(next_fd(), next);
}


static void
a_short_or_a_long_packet_is_no_message(void **state)
{
    int                   *ends = *state, fds[PYEXEC_WIRE_NFDS];
    char                   bytes[sizeof(pyexec_wire_message_t) + 1] = {0};
    pyexec_wire_message_t  message;

    assert_int_equal(send(ends[0], bytes, 1, 0), 1);
    assert_int_equal(pyexec_wire_recv(ends[1], &message, fds), -1);
    assert_int_equal(errno, EBADMSG);

    assert_int_equal(send(ends[0], bytes, sizeof(bytes), 0), sizeof(bytes));
    assert_int_equal(pyexec_wire_recv(ends[1], &message, fds), -1);
    assert_int_equal(errno, EBADMSG);
}


static void
an_empty_socket_says_again_and_a_closed_one_its_end(void **state)
{
    int                   *ends = *state, fds[PYEXEC_WIRE_NFDS];
    pyexec_wire_message_t  message = { .type = PYEXEC_WIRE_KILL };

    assert_int_equal(pyexec_wire_recv(ends[0], &message, fds), -1);
    assert_int_equal(errno, EAGAIN);

    close(ends[1]);
    ends[1] = -1;

    assert_int_equal(pyexec_wire_recv(ends[0], &message, fds), 0);

    /* and writing to it raises no SIGPIPE */

    assert_int_equal(pyexec_wire_send(ends[0], &message, NULL, 0), -1);
    assert_int_equal(errno, EPIPE);
}


static void
a_full_socket_says_again_and_keeps_every_message_whole(void **state)
{
    int                   *ends = *state, fds[PYEXEC_WIRE_NFDS];
    uint32_t               i, n = 0;
    pyexec_wire_message_t  message = { .type = PYEXEC_WIRE_KILL };

    while (pyexec_wire_send(ends[0], &message, NULL, 0) == 0) {
        message.run = ++n;
    }

    assert_int_equal(errno, EAGAIN);
    assert_true(n > 100);

    for (i = 0; i < n; i++) {
        assert_int_equal(pyexec_wire_recv(ends[1], &message, fds), 1);
        assert_int_equal(message.run, i);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_message_arrives_as_it_was_sent),
        TEST(a_failure_arrives_with_its_step),
        TEST(descriptors_come_along_with_a_spawn),
        TEST(a_spawn_without_its_descriptors_is_no_message),
        TEST(descriptors_that_nobody_asked_for_are_closed),
        TEST(a_short_or_a_long_packet_is_no_message),
        TEST(an_empty_socket_says_again_and_a_closed_one_its_end),
        TEST(a_full_socket_says_again_and_keeps_every_message_whole),
    };

    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
