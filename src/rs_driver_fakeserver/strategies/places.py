"""Places for faults: a byte, a message, within a message, a phase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from hypothesis import strategies as st

from rs_driver_fakeserver.faults import Place, after, before, byte, inside, message, phase
from rs_driver_fakeserver.faults.place import PhaseName

MESSAGES = (
    *("DataRow", "CommandComplete", "ReadyForQuery", "RowDescription", "ParseComplete"),
    *("BindComplete", "ParameterDescription", "NoData", "ErrorResponse", "ParameterStatus"),
    *("AuthenticationRequest", "BackendKeyData"),
)
"""Those that most conversations have, the usual aim first."""

_nth = st.integers(1, 3)
_names = st.sampled_from(MESSAGES)


def places() -> st.SearchStrategy[Place]:
    """Any place; one that a conversation does not reach means that nothing happens."""
    phases: Sequence[PhaseName] = get_args(PhaseName)
    return st.one_of(
        borders(),
        st.builds(byte, st.integers(0, 500)),
        st.builds(lambda name, nth, at: inside(name, nth, offset=at), _names, _nth, _OFFSETS),
        st.builds(phase, st.sampled_from([name for name in phases if name != "tls"]), _nth),
    )


_OFFSETS = st.integers(1, 12) | st.integers(-4, -1)


def borders() -> st.SearchStrategy[Place]:
    """Places between two messages."""
    return st.one_of(
        st.builds(before, _names, _nth),
        st.builds(after, _names, _nth),
        st.builds(message, st.integers(1, 40)),
    )


def messages_of_answers() -> st.SearchStrategy[Place]:
    """Before a message that only a logged-in client hears."""
    names = st.sampled_from(["DataRow", "CommandComplete", "RowDescription", "ParseComplete"])
    return st.builds(before, names, _nth)
