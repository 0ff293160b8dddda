#!/usr/bin/python3

"""The seccomp filter: which sockets a run gets."""

import ctypes
import errno
import socket

from pyexec_test import main
from pyexec_test.filtered import (
    BAD, EVERYTHING, HIGH, NETWORK, NOTHING, SIGNALS, FilterTestCase,
    errno_of, filtered, libc, syscall)


class Sockets(FilterTestCase):
    FAMILIES = [f for f in range(50)
                if f not in (socket.AF_INET, socket.AF_INET6,
                             socket.AF_NETLINK)]

    def open(self, *args):
        libc_socket = libc.socket(*args)
        return None if libc_socket >= 0 else errno.errorcode[
            ctypes.get_errno()]

    def test_without_a_network_it_is_unreachable(self):
        for family in socket.AF_INET, socket.AF_INET6:
            for type in socket.SOCK_STREAM, socket.SOCK_DGRAM:
                self.assertOutcome("ENETUNREACH", SIGNALS, self.open, family,
                                   type, 0)

    def test_without_a_network_no_call_of_servers_or_clients_works(self):
        for name in "bind", "connect", "listen", "accept", "accept4":
            self.assertCall("EPERM", SIGNALS, name, *BAD)
            self.assertCall("EBADF", NETWORK, name, *BAD[:1], 0, 0, 0)

    def test_no_other_family_is_there(self):
        def families(kinds):
            return {self.open(family, kind, 0) for family in self.FAMILIES
                    for kind in kinds}

        for options in SIGNALS, NETWORK:
            self.assertEqual(filtered(options, families, (1, 2, 3, 5)),
                             (0, "{'EAFNOSUPPORT'}"))

        for family in socket.AF_UNIX, 40, 38:
            for options in SIGNALS, NETWORK:
                code, words = filtered(options, syscall, "socket",
                                       family | HIGH, 1, 0)
                self.assertIn(words, ("'EAFNOSUPPORT'", "'EPERM'"))

    def test_with_a_network_there_are_tcp_and_udp(self):
        for family in socket.AF_INET, socket.AF_INET6:
            flags = socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
            for type, protocol in ((1, 0), (1, 6), (2, 0), (2, 17)):
                self.assertOutcome(None, NETWORK, self.open, family,
                                   type | flags, protocol)

    def test_with_a_network_there_are_no_other_protocols(self):
        for family in socket.AF_INET, socket.AF_INET6:
            for type, protocol in ((3, 1), (3, 255), (2, 1), (2, 115),
                                   (2, 136), (1, 132), (1, 262), (5, 132)):
                self.assertOutcome("EPERM", NETWORK, self.open, family, type,
                                   protocol)

    def test_of_netlink_there_is_what_getaddrinfo_asks(self):
        for type in 2, 3:
            self.assertOutcome(None, NETWORK, self.open, socket.AF_NETLINK,
                               type, 0)
            for protocol in 4, 9, 12, 16, 20:
                self.assertOutcome("EPERM", NETWORK, self.open,
                                   socket.AF_NETLINK, type, protocol)
            self.assertOutcome("EAFNOSUPPORT", SIGNALS, self.open,
                               socket.AF_NETLINK, type, 0)

    def test_pairs_are_streams_or_packets_and_not_datagrams(self):
        def pair(type):
            for one in socket.socketpair(type=type):
                one.close()

        for options in NOTHING, EVERYTHING:
            self.assertOutcome(None, options, pair, socket.SOCK_STREAM)
            self.assertOutcome(None, options, pair, socket.SOCK_SEQPACKET)
            self.assertOutcome("EPERM", options, errno_of, pair,
                               socket.SOCK_DGRAM)

    def test_no_program_is_attached_to_a_socket(self):
        one, other = socket.socketpair()
        self.addCleanup(one.close)
        self.addCleanup(other.close)

        # SO_ATTACH_FILTER, SO_ATTACH_BPF, and the same for reuse of ports
        for option in 26, 50, 51, 52:
            for high in 0, HIGH:
                self.assertCall("EPERM", EVERYTHING, "setsockopt",
                                one.fileno(), 1 | high, option | high, 0, 0)

        self.assertOutcome(None, NOTHING, one.setsockopt, socket.SOL_SOCKET,
                           socket.SO_SNDBUF, 4096)

    def test_tcp_gets_no_protocol_on_top_and_ip_no_tables(self):
        with socket.socket() as tcp:
            for level, option in ((6, 31), (0, 64), (41, 64), (17, 100)):
                self.assertCall("EPERM", NETWORK, "setsockopt", tcp.fileno(),
                                level, option, 0, 0)
            self.assertOutcome(None, NETWORK, tcp.setsockopt,
                               socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


if __name__ == "__main__":
    main()
