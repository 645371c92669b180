"""docs/benchmarks: what was measured, as a table, plots, and every round.

python benchmarks/report.py        writes the page anew from the rounds that are there
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from cases import CASES
from results import CPU, Result

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks"
ROUNDS = PAGE / "rounds.json"
PACKAGES = ("redshift_connector", "psycopg", "psycopg-c", "psycopg-binary",
            "adbc-driver-postgresql", "numpy", "pyarrow", "pandas")  # fmt: skip
README = PAGE.parent.parent / "README.md"
BEGIN, END = "<!-- benchmarks -->\n", "<!-- end -->"
GREEN, GREY = "#2a7f62", "#9aa5b1"
HEAD = """# Benchmarks

How long others take, as a multiple of what rs_driver takes: 1M rows of five columns, Decimals,
text, small queries, INSERTs, from a PostgreSQL on the same machine. No Redshift was at hand;
NUMERIC comes from a server that replays Redshift's binary form. The incumbent is AWS's
`redshift_connector`, and each driver runs in its best idiom (`benchmarks/contenders.py`).

Each round runs every contender once, in a new order, each in a process of its own, warmed up
once. A ratio is taken within a round; the table has the medians. "cpu" is the ratio of what the
clients computed. `make bench` prints all of this; `make bench ARGS=--report` writes this page;
`make bench ARGS="--cluster '{...}'"` asks a cluster of yours.

![How many times as long the incumbent takes](ratios.svg)
"""


def machine() -> dict[str, str]:
    """Where it was measured, and with what."""
    found = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "Python": sys.version.split()[0],
    }
    installed = {one.name: one.version for one in distributions()}
    return found | {package: installed[package] for package in PACKAGES if package in installed}


def write(results: Sequence[Result]) -> None:
    """All of it, with what has just been measured in place of what was before."""
    PAGE.mkdir(exist_ok=True)
    before = json.loads(ROUNDS.read_text())["cases"] if ROUNDS.exists() else {}
    now = {
        result.name: {"load": round(result.load, 2), "rounds": _rounded(result)}
        for result in results
    }
    cases = {**before, **now}
    kept = {"machine": machine(), "cases": {name: cases[name] for name in CASES if name in cases}}
    ROUNDS.write_text(json.dumps(kept, indent=1) + "\n")
    render()


def _rounded(result: Result) -> dict[str, list[list[float]]]:
    return {
        contender: [[float(f"{part:.4g}") for part in each] for each in rounds]
        for contender, rounds in result.rounds.items()
    }


def render() -> None:
    """The page, its plot and the README's table, from the rounds that are kept."""
    found, results = kept_rounds()
    plot(results)
    (PAGE / "README.md").write_text(page(found, results))
    before, _, rest = README.read_text().partition(BEGIN)
    README.write_text(before + BEGIN + table(results) + END + rest.partition(END)[2])


def kept_rounds() -> tuple[dict[str, str], list[Result]]:
    """Where it was measured, and what."""
    kept = json.loads(ROUNDS.read_text())
    results = []
    for name, one in kept["cases"].items():
        rounds = {who: [tuple(each) for each in each_of] for who, each_of in one["rounds"].items()}
        results.append(Result(name, rounds, one["load"]))
    return kept["machine"], results


def page(found: dict[str, str], results: Sequence[Result]) -> str:
    """All of docs/benchmarks/README.md."""
    return "\n".join(_page(found, results)) + "\n"


def table(results: Sequence[Result]) -> str:
    """The README's table: each case against the incumbent and the best of the others."""
    lines = ["| | rs_driver | redshift_connector | others |", "|---|---|---|---|"]
    for result in results:
        ours, other, *more = result.case.contenders
        if other == "redshift_connector" and result.case.shape != "import":
            others = ", ".join(f"{name} {_times(result, name)}" for name in more)
            against, mine = _times(result, other), result.shown(ours)
            lines.append(f"| {result.case.title} | {mine} | {against} | {others} |")
    return "\n".join(lines) + "\n"


def _times(result: Result, contender: str) -> str:
    ratio = result.ratio(contender)
    text = f"{ratio:.1f}x" if ratio >= 10 else f"{ratio:.2f}x"
    return result.shown(contender) if result.case.unit else text


def table_in(text: str) -> str:
    """The table that the README has now."""
    return text.partition(BEGIN)[2].partition(END)[0]


def _page(found: dict[str, str], results: Sequence[Result]) -> Iterator[str]:
    yield HEAD
    yield ", ".join(f"{name} {value}" if name != "machine" else value
                    for name, value in found.items()) + "."  # fmt: skip
    yield "\n## What was to be reached\n"
    yield "| | case | reached | must | aim | | cpu |"
    yield "|---|---|---|---|---|---|---|"
    for result in results:
        case = result.case
        goals = [result.number(goal) for goal in (result.reached, case.must, case.aim)]
        cpu = f"{result.ratio(case.contenders[1], CPU):.2f}"
        verdict = f"**{result.verdict}**" if result.verdict == "MISSED" else result.verdict
        yield f"| {result.name} | {case.title} | {' | '.join(goals)} | {verdict} | {cpu} |"
    yield "\nA number without a unit is the incumbent's time divided by ours; of async and TLS it"
    yield "is our own plain, synchronous time divided by theirs.\n"
    yield "## What each took\n"
    yield "| | contender | median | cpu | ratio | load | rounds |"
    yield "|---|---|---|---|---|---|---|"
    for result in results:
        for contender, rounds in result.rounds.items():
            each = " ".join(_short(result, part) for part in rounds)
            yield (
                f"| {result.name} | {contender} | {result.shown(contender)} "
                f"| {result.median(contender, CPU) * 1000:.0f} ms | {result.ratio(contender):.2f} "
                f"| {result.load:.1f} | {each} |"
            )


def _short(result: Result, measured: Sequence[float]) -> str:
    if result.case.unit == "MB":
        return f"{measured[2]:.1f}"
    return f"{measured[0] * 1000:.4g}"


def plot(results: Sequence[Result]) -> None:
    """Two bars a case: what must be reached, and what was."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "rs_driver"  # the same plot is the same file
    import matplotlib.pyplot as plt

    shown = [
        result
        for result in results
        if not result.case.unit and result.case.contenders[1] == "redshift_connector"
    ]
    drawn: Any = plt.subplots(figsize=(8, 0.42 * len(shown) + 1))
    figure, axes = drawn
    places = range(len(shown))
    reached = [result.reached for result in shown]
    axes.barh(
        places,
        [value - 1 for value in reached],
        left=1,
        color=GREEN,
        label="redshift_connector's time / rs_driver's",
    )
    axes.scatter([result.case.must for result in shown], places, marker="|", s=220,
                 color="black", label="to be reached")  # fmt: skip
    axes.set_xscale("log")
    axes.axvline(1, color=GREY, linewidth=1)
    axes.set_yticks(places, [result.case.title for result in shown])
    axes.invert_yaxis()
    ticks = [0.5, 1, 2, 5, 10, 20, 50]
    axes.set_xticks(ticks, [f"{tick:g}x" for tick in ticks])
    axes.minorticks_off()
    for place, value in zip(places, reached, strict=True):
        beside = max(value, shown[place].case.must)
        axes.text(beside * 1.06, place, f"{value:.1f}x", va="center", fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8, ncol=2, loc="lower left", bbox_to_anchor=(-0.6, 1))
    figure.tight_layout()
    figure.savefig(PAGE / "ratios.svg", metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    render()
