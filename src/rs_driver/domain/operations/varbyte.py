"""Finding out how a server sends VARBYTE, once, when its first VARBYTE column arrives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rs_driver import oids
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.result import Outcome
from rs_driver.domain.varbyte import VARBYTE_PROBE, varbyte_form
from rs_driver.domain.wants import Operation
from rs_driver.wire.results import FieldDescription

# Of no type, so that it is read as text whatever codecs the user has for bytes.
_AS_IT_IS = FieldDescription("probe", type_oid=0)


def settle(state: ConnectionState, outcomes: Iterable[Outcome]) -> Operation[None]:
    """Ask the server, as it ``is_open``, if ``outcomes`` hold a VARBYTE column."""
    if not any(_is_varbyte(field) for outcome in outcomes for field in outcome.fields or ()):
        return
    if state.core.rest is not None:
        yield from state.core.rest.make_way()
    yield from settle_early(state)


def settle_early(state: ConnectionState) -> Operation[None]:
    """The same before anything of the result is known: it will not make way for a question."""
    if not is_open(state):
        return
    answers = yield from simple_query(state.core, VARBYTE_PROBE)
    decoder = state.compile((_AS_IT_IS,), state.codecs)
    rows = [row for batch in answers[-1].batches for row in decoder.tuples(batch)]
    text: str = (rows[0][0] if rows else None) or ""
    form = varbyte_form(text.encode())
    state.learn(replace(state.profile, varbyte_wire=form))


def is_open(state: ConnectionState) -> bool:
    """Whether it is not known yet, of a server that has VARBYTE."""
    return state.profile.varbyte_wire == "auto" and state.profile.protocol_version >= 2


def _is_varbyte(field: FieldDescription) -> bool:
    return field.type_oid == oids.VARBYTE
