"""Where the fake Redshift says something else than PostgreSQL, and how that is known.

The differential test (integration/test_fake_against_postgres.py) excuses these and nothing
else; docs/fidelity.md shows the same table, which unit/test_fidelity_page.py compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Provenance = Literal["cluster log", "reference driver", "docs", "assumed"]
LABELS: tuple[Provenance, ...] = get_args(Provenance)


@dataclass(frozen=True)
class Deviation:
    """One of them. ``text``: as the page has it."""

    provenance: Provenance
    text: str


DEVIATIONS: dict[str, Deviation] = {
    "selected rows": Deviation(
        "cluster log",
        "The command tags of SELECT and CREATE TABLE AS are `SELECT`, without a count",
    ),
    "fetched rows": Deviation("assumed", "The command tag of FETCH is `FETCH`, without a count"),
    "unnamed portals": Deviation(
        "cluster log",
        "An unnamed portal gives all its rows, whatever limit an Execute sets",
    ),
    "suspended portals": Deviation(
        "cluster log",
        "While a portal is suspended, Parse and Query (XX000, *Invalid protocol sequence*) "
        "and Execute of another portal (XX000, *Received protocol request*) are refused; that "
        "a failure or a Close ends this state is assumed",
    ),
    "savepoints": Deviation(
        "cluster log",
        'SAVEPOINT, RELEASE and ROLLBACK TO are refused: 0A000, *SQL command "..." not supported.*',
    ),
    "notifications": Deviation(
        "assumed", "LISTEN, UNLISTEN and NOTIFY are refused in the same words as savepoints"
    ),
    "two phases": Deviation(
        "assumed",
        "PREPARE TRANSACTION, COMMIT PREPARED and ROLLBACK PREPARED are faults of syntax "
        "(42601), unless `two_phase=True`; AWS's list of SQL commands has none of them",
    ),
    "copy in": Deviation(
        "assumed", "COPY FROM STDIN is refused: 0A000, *LOAD source is not supported*"
    ),
    "copy out": Deviation("cluster log", "COPY TO STDOUT is a fault of syntax (42601)"),
    "declaring alone": Deviation(
        "assumed",
        "DECLARE needs a block of its own (25P01), that of a Query with several statements "
        "does not do: as in PostgreSQL 8.0",
    ),
    "scrolling": Deviation(
        "docs",
        "Cursors go forward only; that other directions are 55000, as for PostgreSQL's NO "
        "SCROLL, is assumed",
    ),
    "one cursor": Deviation(
        "cluster log",
        "A second open cursor is refused: 24000, *opening multiple cursors*; that one is "
        "open from its first FETCH on is assumed",
    ),
    "held cursors": Deviation(
        "cluster log",
        "A cursor that was declared WITH HOLD cannot be used after its transaction: XX000, "
        "*cursors can only be used within the transaction that created them.*",
    ),
    "close all": Deviation("docs", "There is no CLOSE ALL (42601)"),
    "unknown settings": Deviation(
        "assumed",
        "SET takes settings that are not known; SHOW of one is left to rules and the engine, as "
        "it may be SHOW TABLES",
    ),
}
"""By a short name."""
