"""The source of ``docs/hardening.md``: what the attacks of the tests came to when they were run.

python -m support.hardening.page > ../docs/hardening.md     (in tests/; it takes a minute)
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence

from support.hardening import logins, tls
from support.hardening.cuts import byte_by_byte, cuts
from support.hardening.words import REFUSED, Ending
from support.talks import TALKS, talk

_HEAD = """\
# Hardening

What the driver does with servers that stop, cheat or are somebody else. Every cell of this page is
what came of a run; the tests run the same cases again and compare. What bytes that make no sense
lead to is not a table but a search: `make fuzz`.

## A session that ends anywhere

Two recorded sessions (login, simple and extended queries, batches, errors, transactions; one of
PostgreSQL's, one of a Redshift with SCRAM) with a server that hangs up after each of its bytes in
turn; and with one whose bytes arrive one by one.

| session | bytes of the server | cut after each of them | each by itself |
|---|---|---|---|
"""

_LOGINS = """
## How the server asks for proof, and over which link

A number says why it is refused. "warns": in the log `rs_driver.security`.

"""

_TLS = """
## Certificates, answers to the request for TLS, and `sslmode`

The server asks for SCRAM, which shows no password to anybody, so that the mode alone decides. The
client has the authority's certificate (`sslrootcert`) unless the row says otherwise; without one
`allow`, `prefer` and `require` ask for TLS and check nothing. "answer": what the server says in
place of yes; the injected bytes follow a yes, in plaintext. `disable` asks for nothing.

"""


def page() -> str:
    """The whole page, in Markdown."""
    return "".join([_HEAD, *map(cut_line, TALKS), logins_part(), tls_part()])


def cut_line(name: str) -> str:
    """What came of one session."""
    ends = ", ".join(f"{count} x {what}" for what, count in sorted(cuts(name).items()))
    size = len(talk(name).tape.sent_by("B"))
    return _line([name, str(size), ends, byte_by_byte(name)])


def logins_part() -> str:
    table = _matrix("the server asks for", logins.FLAVOURS, logins.LINKS, logins.matrix())
    return _LOGINS + table


def tls_part() -> str:
    servers = list(dict.fromkeys(server for server, _ in tls.matrix()))
    shown = [mode if mode == tls.UNNAMED else f"`{mode}`" for mode in tls.MODES]
    renamed = dict(zip(tls.MODES, shown, strict=True))
    cells = {(server, renamed[mode]): end for (server, mode), end in tls.matrix().items()}
    return _TLS + _matrix("the server", servers, shown, cells)


def _matrix(
    corner: str,
    rows: Iterable[str],
    columns: Iterable[str],
    cells: Mapping[tuple[str, str], Ending],
) -> str:
    """The table, and under it the reasons by number."""
    names = list(columns)
    reasons = list(dict.fromkeys(end.why for end in cells.values() if end.why))
    lines = [_line([corner, *names]), "|" + "---|" * (len(names) + 1) + "\n"]
    for row in rows:
        ends = [cells[row, name] for name in names]
        lines.append(_line([row, *(_cell(end, reasons) for end in ends)]))
    listed = [f"{number}. {reason}\n" for number, reason in enumerate(reasons, 1)]
    return "".join([*lines, "\n", *listed])


def _cell(end: Ending, reasons: Sequence[str]) -> str:
    return f"{REFUSED} ({reasons.index(end.why) + 1})" if end.why else end.how


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |\n"


if __name__ == "__main__":
    sys.stdout.write(page())
