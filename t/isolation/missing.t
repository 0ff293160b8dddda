#!/usr/bin/python3
"""Never silently weaker: what the machine lacks stops the start.

Each machine here is this one, with one thing taken away for nginx.  nginx then
says in one line what is missing and how to get it, and does not start.
"""

import os

from pyexec_test import PyexecTestCase, Server, StartFailure, main

POOR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pyexec_test",
                    "poor.py")

MOUNTS = ("mount", "umount2", "pivot_root", "open_tree", "move_mount",
          "mount_setattr")
LANDLOCK = ("landlock_create_ruleset", "landlock_add_rule",
            "landlock_restrict_self")


def calls(names, error):
    return [f"call:{name}={error}" for name in names]


# What Docker's default profile does to a container without privileges.
CONTAINER = ["call:unshare=EPERM", "clone:EPERM", "call:clone3=ENOSYS",
             "call:setns=EPERM", *calls(MOUNTS, "EPERM")]

# What systemd makes of RestrictNamespaces=yes.
RESTRICTED = ["call:unshare=EPERM", "clone:EPERM", "call:clone3=ENOSYS",
              "call:setns=EPERM"]

LISTING = "import os; print(sorted(os.listdir('/proc')))"


class Poor(Server):
    """A server on a machine that lacks something."""

    def __init__(self, lacks, mode, **snippets):
        super().__init__(location=f"pyexec_isolation {mode};", **snippets)
        self.lacks = lacks

    def argv(self, *options):
        return ["/usr/bin/python3", POOR, *self.lacks, "--",
                *super().argv(*options)]

    def line(self, directive):
        with open(self.conf_path, encoding="utf-8") as conf:
            return 1 + [directive in line for line in conf].index(True)


class Missing(PyexecTestCase):
    def poor(self, lacks, mode="full"):
        if os.geteuid() != 0 and not all(
                lack.startswith(("call:", "clone:")) for lack in lacks):
            self.skipTest("root is needed to make such a machine")

        server = Poor(lacks, mode)
        self.addCleanup(server.remove)
        self.addCleanup(server.kill)
        return server

    def assertRefusesToStart(self, lacks, mode, reason,
                             directive="pyexec_isolation"):
        """In one line, with the place in the configuration."""
        server = self.poor(lacks, mode)
        status, said = server.test_conf()
        self.assertEqual(status, 1, said)
        lines = [line for line in said.splitlines() if "[emerg]" in line]
        self.assertEqual(len(lines), 1, said)
        self.assertIn(reason, lines[0])
        place = f" in {server.conf_path}:{server.line(directive)}"
        self.assertTrue(lines[0].endswith(place), lines[0])

        with self.assertRaisesRegex(StartFailure, r"\[emerg\]"):
            server.start()

    def assertWorks(self, lacks, mode, output, program="print('well')"):
        server = self.poor(lacks, mode)
        server.start()
        self.assertRan(server.post(program), output, "")
        self.end(server)

    def test_nothing_is_missing_here(self):
        for mode in "full", "process":
            self.assertWorks([], mode, "well\n")

    def test_a_container_forbids_user_namespaces(self):
        self.assertRefusesToStart(
            CONTAINER, "full",
            "pyexec_isolation full: user namespaces are not permitted"
            " (unshare: Operation not permitted); in a container allow"
            " unshare, clone,")

    def test_process_isolation_works_in_a_container(self):
        self.assertWorks(CONTAINER, "process", "well\n")

    def test_a_service_restricts_namespaces(self):
        self.assertRefusesToStart(RESTRICTED, "full",
                                  "do not set RestrictNamespaces=")
        self.assertWorks(RESTRICTED, "process", "well\n")

    def test_namespaces_for_the_interpreter_are_not_enough(self):
        self.assertRefusesToStart(
            ["clone:EPERM"], "full",
            "user namespaces are not permitted (clone: Operation not")

    def test_mounts_are_not_permitted(self):
        for error, reason in (("EPERM", "Operation not permitted"),
                              ("EACCES", "Permission denied")):
            self.assertRefusesToStart(
                calls(MOUNTS, error), "full",
                f"mounts are not permitted (making mounts private: {reason});"
                f" in a container allow {', '.join(MOUNTS)} in its")

    def test_the_root_cannot_be_changed(self):
        self.assertRefusesToStart(
            ["call:pivot_root=EPERM"], "full",
            "mounts are not permitted (pivot_root: Operation not permitted)")

    def test_the_kernel_has_no_new_calls_for_mounts(self):
        self.assertRefusesToStart(
            calls(MOUNTS[3:], "ENOSYS"), "full",
            "a system call is missing (/usr: Function not implemented); the"
            " kernel must be Linux 5.12 or newer")

    def test_a_filter_of_the_service_kills(self):
        self.assertRefusesToStart(
            calls(MOUNTS, "kill"), "full",
            "a filter of system calls killed it; under systemd,"
            " SystemCallFilter= must have \"@mount ", "pyexec on;")

    def test_there_is_no_landlock(self):
        for mode in "full", "process":
            for error in "ENOSYS", "EOPNOTSUPP":
                self.assertRefusesToStart(
                    calls(LANDLOCK, error), mode,
                    f"pyexec_isolation {mode}: Landlock is not available; it"
                    " needs Linux 5.13 with CONFIG_SECURITY_LANDLOCK, and"
                    " \"landlock\" in the kernel's lsm= list")

    def test_landlock_is_not_permitted(self):
        for mode in "full", "process":
            self.assertRefusesToStart(
                calls(LANDLOCK, "EPERM"), mode,
                "Landlock is not permitted (landlock: Operation not"
                " permitted); in a container the seccomp profile must allow"
                f" {LANDLOCK[0]}")

    def test_there_is_no_seccomp(self):
        for mode in "full", "process":
            self.assertRefusesToStart(
                ["call:seccomp=ENOSYS"], mode,
                f"pyexec_isolation {mode}: no seccomp filter can be"
                " installed")

    def test_user_namespaces_are_switched_off(self):
        lacks = ["sysctl:user/max_user_namespaces=0"]
        self.assertRefusesToStart(
            lacks, "full",
            "user namespaces are switched off; set sysctl"
            " user.max_user_namespaces to 10000 or more")
        self.assertWorks(lacks, "process", "well\n")

    def test_there_may_be_no_more_namespaces(self):
        for limit in ("user_namespaces=1", "pid_namespaces=0",
                      "net_namespaces=0", "mnt_namespaces=0",
                      "ipc_namespaces=0", "uts_namespaces=0"):
            self.assertRefusesToStart(
                [f"sysctl:user/max_{limit}"], "full",
                "there are too many namespaces; raise the sysctls"
                " user.max_*_namespaces")

    def test_there_is_no_proc(self):
        for mode in "full", "process":
            self.assertRefusesToStart(["empty:/proc"], mode,
                                      f"{mode}: /proc is not mounted")

    def test_a_chroot_has_no_namespaces(self):
        self.assertRefusesToStart(
            ["chroot"], "full", "they are not to be had in a chroot")
        self.assertWorks(["chroot"], "process", "well\n")

    def test_where_proc_is_covered_a_run_has_an_empty_one(self):
        self.assertWorks(["cover:/proc/sys"], "full", "[]\n", LISTING)

    def test_elsewhere_it_has_its_own(self):
        self.assertWorks([], "full", "['2', 'self', 'thread-self']\n",
                         LISTING)

    def test_where_nothing_is_isolated_each_start_warns(self):
        warning = ("[warn] \"pyexec_isolation\" is off: programs are not"
                   " isolated from this machine in ")
        server = self.poor([], "off")
        status, said = server.test_conf()
        self.assertEqual(status, 0, said)
        self.assertIn(warning, said.replace("nginx: ", ""))

        server = self.poor([*CONTAINER, *calls(LANDLOCK, "ENOSYS"),
                            "call:seccomp=ENOSYS"], "off")
        server.start()
        self.assertRan(server.post("print('well')"), "well\n", "")
        place = f"{server.conf_path}:{server.line('pyexec_isolation')}"
        said = server.stderr_text() + server.error_log()
        self.assertIn(warning.partition("] ")[2] + place, said)

        server.reload()
        self.assertEqual(server.error_log().count(
            warning.partition("] ")[2] + place), 2)
        self.end(server)


if __name__ == "__main__":
    main()
