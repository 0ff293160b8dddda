"""Medians of rounds, and their tables in Markdown."""

import statistics


def median(results, *keys):
    """The median over rounds of one figure, or None where there is none."""
    values = []
    for result in results:
        for key in keys:
            result = result[key] if result is not None else None
        if result is not None:
            values.append(result)
    return statistics.median(values) if values else None


def summary(results):
    """One figure for each name from the results of some rounds."""
    bad = sum(result["wrong"] + result.get("failed", 0) for result in results)
    busy = sum(result["busy"]["n"] for result in results if result.get("busy"))
    right = sum(result["right"] for result in results)

    row = {name: median(results, "times", name)
           for name in ("p50", "p90", "p99", "max")}
    row["rate"] = statistics.median(
        result["right"] / result["seconds"] for result in results)
    costs = [result["cpu"] * 1e3 / result["right"] for result in results
             if result["right"] and result["cpu"] is not None]
    row["cpu"] = statistics.median(costs) if costs else None
    row.update(right=right, bad=bad, busy=busy)
    return row


def number(value, digits=3):
    """Three significant digits, and no exponent; a dash for None."""
    if value is None:
        return "–"
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    text = f"{value:.{digits}g}"
    return text if "e" not in text else f"{value:.6f}".rstrip("0")


def table(head, rows, left=1):
    """A Markdown table; so many columns at the left are text."""
    lines = ["| " + " | ".join(head) + " |",
             "|" + "|".join(["---"] * left + ["--:"] * (len(head) - left))
             + "|"]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


HEAD = ["p50, ms", "p90, ms", "p99, ms", "per second", "CPU per run, ms",
        "runs", "errors"]


def cells(row):
    """The cells below HEAD."""
    errors = [f"{row['bad']}"] if row["bad"] or not row["busy"] else []
    if row["busy"]:
        errors.append(f"{row['busy']} × 503")
    return [number(row[key]) for key in ("p50", "p90", "p99", "rate", "cpu")
            ] + [row["right"], ", ".join(errors)]
