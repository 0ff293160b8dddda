"""The goals, each a ratio between figures of one and the same run."""

from .report import number


class Goals:
    """Collects rows of: goal, what was measured, whether it is met.

    figure(who, program, clients) gives a row of report.summary(), or None
    where it was not measured.
    """

    def __init__(self, figure):
        self.figure = figure
        self.rows = []

    def add(self, text, measured, met):
        verdict = "not measured" if met is None else "met" if met else "not met"
        self.rows.append([text, measured, verdict])

    def compare(self, text, key, one, two, holds, unit):
        """Holds for the ratio of one key of two figures."""
        first, second = self.figure(*one), self.figure(*two)
        if not first or not second or not first[key] or not second[key]:
            self.add(text, "–", None)
            return
        ratio = first[key] / second[key]
        self.add(text, f"{number(first[key])} {unit} to "
                       f"{number(second[key])} {unit}: {number(ratio)}",
                 holds(ratio))

    def latency(self):
        def compare(text, program, other, limit):
            self.compare(text, "p50", ("module", program, 1), other,
                         lambda ratio: ratio <= limit, "ms")

        compare("hello, 1 client, p50: below that of /bin/true",
                "hello", ("true", "hello", 1), 1)
        compare("hello, 1 client, p50: at most 1/15 of the service's",
                "hello", ("service", "hello", 1), 1 / 15)
        compare("numpy, 1 client, p50: at most 1.5 times hello's",
                "numpy_sum", ("module", "hello", 1), 1.5)
        compare("numpy, 1 client, p50: at most 1/60 of the service's",
                "numpy_sum", ("service", "numpy_sum", 1), 1 / 60)

    def throughput(self):
        def compare(text, program, other, limit):
            self.compare(text, "rate", ("module", program, 4), other,
                         lambda ratio: ratio >= limit, "/s")

        compare("hello, 4 clients: at least 8 times the service's runs",
                "hello", ("service", "hello", 4), 8)
        compare("hello, 4 clients: at least 70% of the bare fork's runs,"
                " standard library", "hello", ("fork_standard", "hello", 4),
                0.7)
        compare("the same, of the bare fork with numpy and requests",
                "hello", ("fork", "hello", 4), 0.7)
        compare("numpy, 4 clients: at least 40 times the service's runs",
                "numpy_sum", ("service", "numpy_sum", 4), 40)

    def tail(self, programs):
        for program in programs:
            row = self.figure("module", program, 64)
            text = (f"{program}, 64 clients: p99 at most 3 times 64 clients /"
                    " runs per second")
            if not row or not row["p99"] or not row["rate"]:
                self.add(text, "–", None)
                continue
            explained = 64e3 / row["rate"]
            self.add(text, f"{number(row['p99'])} ms to {number(explained)} ms:"
                           f" {number(row['p99'] / explained)}",
                     row["p99"] <= 3 * explained)

    def busy(self, times):
        """times: of the 503s, as a load reports them, or None."""
        self.add("503s, 64 clients that ask again at once: 99% of them in under"
                 " 5 ms",
                 f"{number(times['p99'])} ms, {times['n']} answers, "
                 f"the slowest {number(times['max'])} ms" if times else "–",
                 times["p99"] < 5 if times else None)

    def refused(self, rate, started):
        self.add("refused, one worker: at least 25,000 per second, no process"
                 " started", f"{number(rate)}/s, " +
                 ("processes started" if started else "none started"),
                 rate >= 25000 and not started)

    def spares(self, dirty):
        """dirty: bytes of a waiting interpreter, or None."""
        self.add("dirty memory of a waiting interpreter: at most 2.5 MB",
                 f"{number(dirty / 1e6)} MB" if dirty else "–",
                 dirty <= 2.5e6 if dirty else None)

    def soak(self, figures):
        """figures: what bench/soak has written, or None."""
        self.add("the last 1,000 of 100,000 runs: within 5% of the first"
                 " 1,000's cost; memory and descriptors flat",
                 figures["text"] if figures else "`make soak`",
                 figures["met"] if figures and figures["runs"] >= 100000
                 else None)
