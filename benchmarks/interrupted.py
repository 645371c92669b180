"""What each driver answers after an interrupt: not how fast, but whether it is true.

    python benchmarks/interrupted.py [--times 500] [--report]

A signal's handler throws an exception at a random moment of a statement, as Ctrl-C does. Then
the connection is asked for something that only one answer fits. ``--report`` writes
docs/benchmarks/interrupted.md, and the counts beside it.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from contenders import connector

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks"
DRIVERS = {"ours": "rs_driver", "redshift_connector": "redshift_connector", "psycopg": "psycopg"}
OUTCOMES = {
    "right": "its own answer",
    "error": "an error of PEP 249: connect again",
    "WRONG": "another statement's answer, without any error",
    "foreign": "an exception that PEP 249 does not know",
    "hang": "nothing for 5 seconds",
}
PATIENCE = 5.0
WORK = "select i, 'old ' || %s from generate_series(1, %s) i"
QUESTION = "select %s, 'new'"


class Interrupted(KeyboardInterrupt):
    """What the handler throws."""


class Hung(BaseException):
    """What ends a wait that is too long."""


@contextmanager
def alarm(seconds: float, kind: type[BaseException]) -> Any:
    """Throw ``kind`` after so many seconds, wherever we are then."""

    def strike(*_: object) -> None:
        raise kind

    signal.signal(signal.SIGALRM, strike)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class Trial:
    """One driver's interrupts. ``error``: its PEP 249 base class."""

    def __init__(self, connect: Callable[[], Any], error: type[Exception]) -> None:
        self.outcomes: Counter[str] = Counter()
        self._connect, self._error = connect, error
        self._random = random.Random(20261123)
        self._connection = connect()
        self._number = 0

    def run(self, times: int) -> None:
        """Go on until so many have struck."""
        gc.disable()  # an exception inside of a finalizer is lost, whoever threw it
        while self.outcomes.total() < times:
            if self._interrupted():
                outcome = self._asked()
                self.outcomes[outcome] += 1
                if outcome != "right":
                    self._begin_anew()
            gc.collect()

    def _interrupted(self) -> bool:
        self._number += 1
        try:
            with alarm(self._random.uniform(1e-4, 1e-2), Interrupted):
                cursor = self._connection.cursor()
                cursor.execute(WORK, (self._number, self._random.choice((1, 100, 5000))))
                cursor.fetchall()
                self._connection.rollback()
        except Interrupted:
            return True
        return False

    def _asked(self) -> str:
        """The next question's outcome. What the interrupt has left is rolled back first."""
        try:
            with alarm(PATIENCE, Hung):
                with suppress(self._error):
                    self._connection.rollback()
                cursor = self._connection.cursor()
                cursor.execute(QUESTION, (self._number,))
                found = [tuple(row) for row in cursor.fetchall()]
                self._connection.rollback()
        except Hung:
            return "hang"
        except self._error:
            return "error"
        except Exception:  # noqa: BLE001  (which one, is what is counted)
            return "foreign"
        return "right" if found == [(self._number, "new")] else "WRONG"

    def _begin_anew(self) -> None:
        with suppress(BaseException), alarm(PATIENCE, Hung):
            self._connection.close()
        self._connection = self._connect()


def trial(name: str, where: dict[str, Any], times: int) -> Counter[str]:
    """In this process: what became of ``times`` interrupts."""
    found = Trial(connector(name, where), import_module(DRIVERS[name]).Error)
    found.run(times)
    return found.outcomes


def page(found: dict[str, Any]) -> str:
    """The page of these counts."""
    lines = [
        "# After an interrupt",
        "",
        "Written by `python benchmarks/interrupted.py --report`. A signal's handler throws an",
        f"exception at a random moment of a statement, {found['times']} times; then the connection",
        "is asked for something that only one answer fits. Not a measurement, but the reason why",
        "there is this driver.",
        "",
        "| the next statement gets | " + " | ".join(map(_named, found["drivers"])) + " |",
        "|---|" + "---|" * len(found["drivers"]),
    ]
    for outcome, words in OUTCOMES.items():
        counts = [str(each["outcomes"].get(outcome, 0)) for each in found["drivers"]]
        lines.append(f"| {words} | " + " | ".join(counts) + " |")
    return "\n".join([*lines, "", f"Python {found['Python']}, PostgreSQL without TLS.", ""])


def _named(each: dict[str, Any]) -> str:
    return f"{each['name']} {each['version']}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=500)
    parser.add_argument("--report", action="store_true", help="write docs/benchmarks")
    parser.add_argument("--one", nargs=2, metavar=("DRIVER", "WHERE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        name, where = options.one
        print(json.dumps(trial(name, json.loads(where), options.times)))
        return
    found = {"Python": sys.version.split()[0], "times": options.times, "drivers": every(options)}
    print(page(found))
    if options.report:
        PAGE.joinpath("interrupted.json").write_text(json.dumps(found, indent=1) + "\n")
        PAGE.joinpath("interrupted.md").write_text(page(found))


def every(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Each driver in a process of its own."""
    from run import servers

    drivers = []
    with servers(None) as found:
        where = json.dumps(found["postgres"])
        for name, package in DRIVERS.items():
            command = [sys.executable, __file__, "--times", str(options.times), "--one", name]
            done = subprocess.run([*command, where], capture_output=True, text=True, check=True)
            outcomes = json.loads(done.stdout)
            drivers.append({"name": package, "version": version(package), "outcomes": outcomes})
    return drivers


if __name__ == "__main__":
    main()
