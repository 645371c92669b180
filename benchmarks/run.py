"""The benchmarks: every contender of every case, in rounds, from a PostgreSQL of our own.

    make bench        or: python benchmarks/run.py [--rounds 9] [--case a ...] [--report]

Each round runs every contender of a case once, in a new order, each in a process of its own, so
that what else the machine does falls on all of them. Ratios are taken within a round; what is
printed is their median. Above 1 the other took longer than rs_driver. "cpu" is what the client
computed; the rest of the time is the server's, or the machine's. The load tells whether the
numbers are worth anything.

``--report`` writes docs/benchmarks: all rounds, a table, plots. ``--cluster '{"host": ...}'``
asks a Redshift instead: the arguments of ``rs_driver.connect`` in JSON. It makes the tables
numbers, texts and numerics anew, and leaves them there.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import report
from cases import CASES, DIGITS, LATENCY, NUMERICS, SERIES, SETUP
from results import Result, Rounds

import rs_driver
from support.postgres import postgres_server

HERE = Path(__file__).parent
Where = dict[str, Any]


def prepare(where: Where, *, cluster: bool) -> None:
    """Make the tables."""
    with rs_driver.connect(**where) as connection, connection.cursor() as cursor:
        for table in ("numbers", "texts", "numerics"):
            cursor.execute(f"drop table if exists {table}")
        for statement in (*SETUP, *([NUMERICS] if cluster else [])):
            cursor.execute(statement.format(numbers=DIGITS if cluster else SERIES))
        if not cluster:
            cursor.execute("create index on numbers (a)")
            cursor.execute("grant select, update on all tables in schema public to trusted")
    with rs_driver.connect(**where) as connection:
        connection.autocommit = True
        connection.cursor().execute("analyze")


@contextmanager
def serving(*command: object) -> Iterator[int]:
    """A server in a process of its own that prints its port."""
    with subprocess.Popen(
        [sys.executable, *map(str, command)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        line = process.stdout.readline() if process.stdout is not None else ""
        yield int(line)
        process.terminate()


@contextmanager
def servers(cluster: Where | None) -> Iterator[dict[str, Where]]:
    """Who answers, by the cases' names. Not measured: passwords; the way is in the clear."""
    with ExitStack() as stack:
        if cluster is not None:
            prepare(cluster, cluster=True)
            yield {"postgres": cluster, "replay": cluster}
            return
        server = stack.enter_context(postgres_server())
        own = {"host": server.host, "database": server.database, "sslmode": "disable"}
        prepare(server.connect_kwargs(), cluster=False)
        plain = {**own, "port": server.plain_port, "user": "trusted"}
        replayed = stack.enter_context(serving(HERE / "replay.py"))
        far = stack.enter_context(serving(HERE / "far.py", plain["host"], plain["port"], LATENCY))
        yield {
            "postgres": plain,
            "tls": {**plain, "port": server.port, "sslmode": "require"},
            "replay": {**plain, "host": "127.0.0.1", "port": replayed, "user": "any"},
            "far": {**plain, "host": "127.0.0.1", "port": far},
        }


def once(name: str, contender: str, where: Where) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of the client's processor, megabytes of growth."""
    done = subprocess.run(
        [sys.executable, HERE / "once.py", name, contender, json.dumps(where)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{contender} failed at {name}:\n{done.stderr}")
    wall, cpu, growth = json.loads(done.stdout)
    return wall, cpu, growth


def measure(name: str, found: dict[str, Where], rounds: int) -> Rounds:
    """What each contender of a case needed, one entry a round."""
    case = CASES[name]
    times: Rounds = {contender: [] for contender in case.contenders}
    for _ in range(rounds):
        for contender in random.sample(list(times), len(times)):
            server = "tls" if contender == "ours+tls" and "tls" in found else case.server
            times[contender].append(once(name, contender, found[server]))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--case", action="append", choices=list(CASES), dest="cases")
    parser.add_argument("--cluster", type=json.loads, help="how to connect to it, in JSON")
    parser.add_argument("--report", action="store_true", help="write docs/benchmarks")
    options = parser.parse_args()
    results = []
    with servers(options.cluster) as found:
        for name in options.cases or CASES:
            if CASES[name].server not in found:
                continue
            before = os.getloadavg()[0]
            result = Result(name, measure(name, found, options.rounds), before)
            print("\n".join(result.lines()), flush=True)
            results.append(result)
    print(f"{options.rounds} rounds, Python {sys.version.split()[0]}")
    if options.report:
        report.write(results)


if __name__ == "__main__":
    main()
