"""One contender, one case, in a process of its own: warmed up once, then measured.

    python once.py <case> <contender> <how to connect, in JSON>

Prints the seconds by the clock, those that the process computed, and by how many megabytes its
peak grew, in JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

from cases import CASES, Case
from contenders import Run, connecting, contender, importing


def made(case: Case, name: str, where: dict[str, Any]) -> Run:
    """What is measured."""
    return connecting(name, where) if case.shape == "connect" else contender(name, where)


def peak() -> float:
    """The most memory that the process has had, in megabytes."""
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6


def main() -> None:
    case = CASES[sys.argv[1]]
    if case.shape == "import":
        print(json.dumps(importing(sys.argv[2])))
        return
    run = made(case, sys.argv[2], json.loads(sys.argv[3]))
    if case.warm and run(case.warming) != case.warming.rows:
        raise SystemExit(f"{sys.argv[2]} did not give all rows: no numbers")
    before, wall, cpu = peak(), time.perf_counter(), time.process_time()
    count = run(case)
    measured = time.perf_counter() - wall, time.process_time() - cpu, peak() - before
    if count != case.rows:
        raise SystemExit(f"{sys.argv[2]} gave {count} of {case.rows} rows: no numbers")
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
