"""One contender, one case, in a process of its own: warmed up once, then measured.

    python once.py <case> <contender> <how to connect, in JSON>

Prints the seconds by the clock and those that the process computed, in JSON.
"""

from __future__ import annotations

import json
import sys
import time

from cases import CASES
from contenders import contender


def main() -> None:
    case = CASES[sys.argv[1]]
    run = contender(sys.argv[2], json.loads(sys.argv[3]))
    run(case)
    wall, cpu = time.perf_counter(), time.process_time()
    count = run(case)
    measured = time.perf_counter() - wall, time.process_time() - cpu
    if count != case.rows:
        raise SystemExit(f"{sys.argv[2]} gave {count} of {case.rows} rows: no numbers")
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
