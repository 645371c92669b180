"""Two whole conversations on record, to be cut, split and changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from rs_driver_fakeserver.recording.tape import Recording
from support import record_postgres, redshift_tape
from support.conversations import Answer, Step, replay
from support.tape import RECORDINGS, TapePeer, with_server


@dataclass(frozen=True)
class Talk:
    """A tape, how to connect to it and what to say."""

    tape: Recording
    options: dict[str, Any]
    steps: Sequence[Step]

    def with_words(self, data: bytes, **options: Any) -> dict[str, Any]:
        """Options for a server that says ``data`` in place of its words."""
        peer = TapePeer(with_server(self.tape, data), strict=False)
        return {**self.options, **options, "transport": peer}


@cache
def talk(name: str) -> Talk:
    """``redshift``: SCRAM, protocol 2; ``postgres``: a real one's words. Both: simple and
    extended queries, batches, errors, transactions. ``rows``: a hundred rows at once, so that
    numpy decodes them."""
    if name == "postgres":
        tape = Recording.load(RECORDINGS / record_postgres.NAMES[0])
        return Talk(tape, record_postgres.OPTIONS, record_postgres.STEPS)
    if name == "rows":
        tape = Recording.load(RECORDINGS / record_postgres.NAMES[1])
        return Talk(tape, record_postgres.OPTIONS, record_postgres.ROWS)
    tape, _ = redshift_tape.redshift_tape(1, redshift_tape.OPTIONS)
    return Talk(tape, redshift_tape.OPTIONS, redshift_tape.STEPS)


@cache
def right_answer(name: str) -> list[Answer]:
    return replay(talk(name).tape, talk(name).options, talk(name).steps)


TALKS = ("postgres", "redshift")
