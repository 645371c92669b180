"""Streams of backend messages: what a server may say after the login, and what none may."""

from __future__ import annotations

from hypothesis import strategies as st

from rs_driver_fakeserver.dialect import Dialect, ServerKind
from rs_driver_fakeserver.strategies.backend_stream import BackendStream, Flight
from rs_driver_fakeserver.strategies.checks import is_redshift
from rs_driver_fakeserver.strategies.flights import flights
from rs_driver_fakeserver.strategies.hostility import any_mutation

_MOST_FLIGHTS = 4
_MOST_MUTATIONS = 3


def backend_streams(
    *, valid: bool = True, server: ServerKind = "redshift", protocol: int = 2
) -> st.SearchStrategy[BackendStream]:
    """Conversations after the login, as bytes (``data``), messages and flights.

    Simple and extended queries, results in both formats, errors in any place, transactions,
    empty queries, portals in parts, COPY both ways, and between any two messages notices,
    settings and notifications. The client that receives one has sent ``asked`` of each
    flight. ``server`` and ``protocol`` (0, 1, 2, of Redshift) say how types and errors look;
    every kind of message comes from either.

    ``valid=False``: the bytes were changed, once to three times, by what ``mutations`` tells:
    wrong and huge lengths and counts, flipped bits, unknown types, missing, repeated and
    reordered messages, an early end. Not each is a violation: in a value it is another value.
    """
    if not isinstance(valid, bool):
        raise TypeError(f"valid= is True or False, not {type(valid).__name__}")
    if protocol not in (0, 1, 2):
        raise ValueError(f"protocol= is 0, 1 or 2, not {protocol!r}")
    sound = _sound(Dialect(server, protocol if is_redshift(server) else 0))
    return sound if valid else _hostile(sound)


@st.composite
def _sound(draw: st.DrawFn, dialect: Dialect) -> BackendStream:
    status, found = "I", list[Flight]()
    for _ in range(draw(st.integers(1, _MOST_FLIGHTS))):
        found.append(draw(flights(dialect, status)))
        status = found[-1].status
    return BackendStream(tuple(found), dialect.protocol_version)


def _hostile(sound: st.SearchStrategy[BackendStream]) -> st.SearchStrategy[BackendStream]:
    changes = st.lists(any_mutation(), min_size=1, max_size=_MOST_MUTATIONS)
    mutants = st.builds(
        lambda stream, found: BackendStream(stream.flights, stream.protocol, tuple(found)),
        sound,
        changes,
    )
    return mutants.filter(
        lambda stream: stream.data != BackendStream(stream.flights, stream.protocol).data
    )
