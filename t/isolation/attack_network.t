#!/usr/bin/python3
"""No packet leaves a run, not even to the machine that it runs on."""

import socket
import subprocess
import threading

from pyexec_test import PROCESS, AttackCase, main

FAR = """
import socket

socket.setdefaulttimeout(1)

# As said by a call that is not for programs, or by a network without a way.
NO_WAY = (*REFUSED, "ENETUNREACH", "EHOSTUNREACH", "EADDRNOTAVAIL",
          "EAFNOSUPPORT", "EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "ENODEV",
          "EPROTOTYPE", "EINVAL", "ENOPROTOOPT")

def connect(family, kind, address, protocol=0):
    with socket.socket(family, kind, protocol) as one:
        one.connect(address)
        one.send(b"x")

def send(family, address):
    with socket.socket(family, socket.SOCK_DGRAM) as one:
        return one.sendto(b"x", address)
"""

INTERNET = FAR + """
hosts = ["127.0.0.1", "0.0.0.0", "127.1.2.3", "::1", "::ffff:127.0.0.1",
         "169.254.169.254", "192.0.2.1", "224.0.0.1", *target.addresses]

for host in hosts:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET

    for name, port in ("a service", target.tcp), ("nginx", target.port):
        attempt(f"TCP to {name} at {host}",
                lambda: connect(family, socket.SOCK_STREAM, (host, port)),
                *NO_WAY)
        attempt(f"Multipath TCP to {name} at {host}",
                lambda: connect(family, socket.SOCK_STREAM, (host, port),
                                262), *NO_WAY)

    attempt(f"UDP to {host}", lambda: send(family, (host, target.udp)),
            *NO_WAY)
    attempt(f"UDP, connected, to {host}",
            lambda: connect(family, socket.SOCK_DGRAM, (host, target.udp)),
            *NO_WAY)

def fast_open():
    with socket.socket() as one:
        return one.sendto(b"x", 0x20000000, ("127.0.0.1", target.tcp))

def broadcast():
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        return one.sendto(b"x", ("255.255.255.255", target.udp))

def by_name():
    try:
        return socket.getaddrinfo("example.com", 80)
    except socket.gaierror:
        raise InVain

def request():
    import http.client
    connection = http.client.HTTPConnection("127.0.0.1", target.port)
    connection.request("GET", "/")
    return connection.getresponse().status

attempt("TCP with data in its first packet", fast_open, *NO_WAY)
attempt("a broadcast", broadcast, *NO_WAY)
attempt("a name on the network", by_name, "InVain", *NO_WAY)
attempt("an HTTP request to nginx", request, *NO_WAY)
"""

RAW = FAR + """
import fcntl, struct

def raw(protocol):
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol) as one:
        return one.sendto(b"\\x08" + bytes(63), ("127.0.0.1", 0))

def ping():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 1) as one:
        return one.sendto(b"\\x08" + bytes(7), ("127.0.0.1", 0))

def packet(kind):
    with socket.socket(17, kind, 0x0300) as one:
        one.bind(("lo", 0x0300))
        return one.send(bytes(64))

def up():
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, 0x8914, struct.pack("16sH14x", b"lo", 0x49))

def up_by_netlink():
    with socket.socket(16, socket.SOCK_RAW, 0) as one:
        one.sendto(struct.pack("IHHIIBxHiII", 32, 16, 5, 1, 0, 0, 0, 1, 1, 1),
                   (0, 0))
        code = struct.unpack_from("i", one.recv(4096), 16)[0]
        if code:
            raise OSError(-code, os.strerror(-code))

def to_vsock(cid):
    connect(40, socket.SOCK_STREAM, (cid, 1024))

attempt("a raw ICMP packet", lambda: raw(1), *NO_WAY)
attempt("a raw IP packet", lambda: raw(255), *NO_WAY)
attempt("a ping", ping, *NO_WAY, *target.ping)
attempt("a packet on the wire", lambda: packet(socket.SOCK_RAW), *NO_WAY)
attempt("a datagram on the wire", lambda: packet(socket.SOCK_DGRAM), *NO_WAY)
attempt("the loopback interface up", up, *NO_WAY)
attempt("the loopback interface up, by netlink", up_by_netlink, *NO_WAY)
attempt("vsock to the machine below", lambda: to_vsock(2), *NO_WAY)
attempt("vsock to the machine itself", lambda: to_vsock(1), *NO_WAY)

def families():
    for family in set(range(1, 64)) - {1, 2, 10, 16}:
        for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, 5:
            try:
                os.close(call("socket", family, kind, 0))
            except OSError:
                continue

            yield family, kind

def protocols():
    for protocol in set(range(32)) - {0}:
        try:
            os.close(call("socket", 16, socket.SOCK_RAW, protocol))
        except OSError:
            continue

        yield protocol

attempt("a socket of any other family", lambda: found(families()), "InVain",
        "SIGSYS")
attempt("netlink, but for addresses", lambda: found(protocols()), "InVain",
        "SIGSYS")
"""

UNIX = FAR + """
def stream(address):
    connect(socket.AF_UNIX, socket.SOCK_STREAM, address)

NOBODY = (*NO_WAY, "ECONNREFUSED", "ENOENT")

attempt("an abstract socket", lambda: stream("\\0" + target.abstract), *NOBODY)
attempt("a datagram to an abstract socket",
        lambda: send(socket.AF_UNIX, "\\0" + target.abstract), *NOBODY)
attempt("a socket at a path", lambda: stream(target.path), *NOBODY)
attempt("a datagram to a socket at a path",
        lambda: send(socket.AF_UNIX, target.path), *NOBODY)

for path in ("/run/dbus/system_bus_socket", "/run/systemd/private",
             "/var/run/docker.sock", "/dev/log", "/run/systemd/notify",
             "/run/systemd/journal/socket", "/tmp/.X11-unix/X0"):
    attempt(f"a socket at {path}", lambda: stream(path), *NOBODY)
"""

# What works on: a socket of one's own.
OWN = """
import asyncio, socket

one, two = socket.socketpair()
one.send(b"x")
print(two.recv(1))

async def wait():
    await asyncio.sleep(0)

asyncio.run(wait())
"""

LISTEN = FAR + """
def reached():
    with socket.socket() as one:
        one.bind(("0.0.0.0", target.free))
        one.listen()
        one.settimeout(0.3)
        return one.accept()

attempt("be reached from the host", reached, *NO_WAY, "timed out")
"""


def addresses():
    """Of this machine, beyond the loopback interface."""
    listed = subprocess.run(["hostname", "-I"], stdout=subprocess.PIPE,
                            check=False).stdout
    return listed.decode("ascii").split()


class TheNetwork(AttackCase):
    conf = {"server": PROCESS + """
        location /network { pyexec on; pyexec_network on; }
    """}

    def test_no_packet_leaves_a_run(self):
        self.assertInVain(INTERNET, aim={"addresses": addresses()})

    def test_there_is_no_other_kind_of_socket(self):
        self.assertInVain(RAW, aim={"ping": []})

    def test_no_local_service_is_reached(self):
        self.assertInVain(UNIX)

    def test_a_run_is_not_reached_from_the_host(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]

        connected = []
        over = threading.Event()

        def connect():
            while not over.wait(0.02):
                with socket.socket() as one:
                    if one.connect_ex(("127.0.0.1", port)) == 0:
                        connected.append(port)

        thread = threading.Thread(target=connect)
        thread.start()

        try:
            self.assertInVain(LISTEN, aim={"free": port})
        finally:
            over.set()
            thread.join()

        self.assertEqual(connected, [])

    def test_process_isolation_has_no_socket_but_pairs(self):
        for program in INTERNET, RAW, UNIX:
            self.assertInVain(program, "/process", aim={
                "addresses": addresses(), "ping": []})

    def test_pairs_of_sockets_are_there(self):
        for path in "/run", "/process":
            self.assertRan(self.post(OWN, path), "b'x'\n", "")

    def test_with_a_network_no_service_without_an_address_is_reached(self):
        self.assertInVain(UNIX, "/network")

        # Whose pings go out is a setting of the machine.
        self.assertInVain(RAW, "/network", aim={"ping": ["got 8"]})

    def test_with_a_network_there_is_one(self):
        outcomes = self.attack(INTERNET, "/network", aim={"addresses": []})
        self.assertEqual(outcomes["TCP to a service at 127.0.0.1"],
                         "got None")
        self.assertEqual(self.canaries.check(), [
            "somebody was at the tcp socket",
            "somebody was at the udp socket"])


if __name__ == "__main__":
    main()
