"""The benchmarks: every contender of every case, in rounds, from a PostgreSQL of our own.

    make bench        or: python benchmarks/run.py [--rounds 9] [--case a ...]

Each round runs every contender of a case once, in a new order, each in a process of its own, so
that what else the machine does falls on all of them. Ratios are taken within a round; what is
printed is their median. Above 1 the other took longer than rs_driver. "cpu" is what the client
computed; the rest of the time is the server's, or the machine's. The load tells whether the
numbers are worth anything.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from cases import CASES, SETUP, Case

from support.postgres import PostgresServer, postgres_server

HERE = Path(__file__).parent
Seconds = tuple[float, float]
Rounds = dict[str, list[Seconds]]


def prepare(server: PostgresServer) -> dict[str, object]:
    """Make the tables; how the contenders connect: without a password, which is not what is
    measured, and in the clear."""
    plain = server.libpq_kwargs(port=server.plain_port, sslmode="disable")
    with psycopg.connect(**plain, autocommit=True) as connection:
        for statement in SETUP:
            connection.execute(statement)
        connection.execute("grant select on all tables in schema public to trusted")
    return {
        "host": server.host,
        "port": server.plain_port,
        "user": "trusted",
        "database": server.database,
    }


@contextmanager
def replay() -> Iterator[dict[str, object]]:
    """The server of ``replay.py``, and how to connect to it."""
    with subprocess.Popen(
        [sys.executable, HERE / "replay.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        line = process.stdout.readline() if process.stdout is not None else ""
        yield {"host": "127.0.0.1", "port": int(line), "user": "any", "database": "any"}
        process.terminate()


def measure(name: str, where: dict[str, object], rounds: int) -> Rounds:
    """The times of each contender of a case, one entry a round."""
    times: Rounds = {contender: [] for contender in CASES[name].contenders}
    for _ in range(rounds):
        for contender in random.sample(list(times), len(times)):
            done = subprocess.run(
                [sys.executable, HERE / "once.py", name, contender, json.dumps(where)],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise SystemExit(f"{contender} failed at {name}:\n{done.stderr}")
            wall, cpu = json.loads(done.stdout)
            times[contender].append((wall, cpu))
    return times


def ratio(ours: list[Seconds], theirs: list[Seconds], part: int) -> float:
    """The median of a round's ratio: theirs to ours."""
    return statistics.median(b[part] / a[part] for a, b in zip(ours, theirs, strict=True))


def report(name: str, case: Case, times: Rounds) -> None:
    """Print a line for each contender, and whether the case is what it must be."""
    ours, incumbent = case.contenders[:2]
    reached = ratio(times[ours], times[incumbent], 0)
    verdict = "met" if reached >= case.must else "MISSED"
    print(f"{name}: {case.title}. {reached:.1f} (must {case.must}, aim {case.aim}): {verdict}")
    for contender, measured in times.items():
        wall, cpu = (statistics.median(column) for column in zip(*measured, strict=True))
        against = [ratio(times[ours], measured, part) for part in (0, 1)]
        print(
            f"  {contender:<20} {wall * 1e3:>9.1f} ms {cpu * 1e3:>9.1f} ms cpu"
            f"   ratio {against[0]:>6.2f}, cpu {against[1]:>6.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--case", action="append", choices=list(CASES), dest="cases")
    options = parser.parse_args()
    with postgres_server() as server, replay() as replayed:
        where = {"postgres": prepare(server), "replay": replayed}
        for name in options.cases or CASES:
            case = CASES[name]
            report(name, case, measure(name, where[case.server], options.rounds))
    print(
        f"{options.rounds} rounds, load {os.getloadavg()[0]:.2f}, Python {sys.version.split()[0]}"
    )


if __name__ == "__main__":
    main()
