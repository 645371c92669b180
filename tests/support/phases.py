"""A core in any phase, brought there by a conversation as it would really go."""

from __future__ import annotations

from collections.abc import Mapping

from rs_driver.domain.phases import Phase
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.wire.auth import AuthenticationCleartextPassword, AuthenticationOk
from rs_driver.wire.copy import CopyDone, CopyInResponse, CopyOutResponse
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Bind, Close, Describe, Execute, Parse, Query, Sync, Terminate
from rs_driver.wire.results import CommandComplete, ParameterDescription, ParseComplete
from rs_driver.wire.startup import StartupMessage
from support.dialogue import Words, described, events, failure, hear, new_core, newborn_core

Script = tuple[tuple[FrontendMessage, ...], tuple[Words, ...]]

PARSE = Parse("", "", ())
BIND = Bind("", "", (), (), ())
DESCRIBE_STATEMENT = Describe(b"S", "")
DESCRIBE_PORTAL = Describe(b"P", "")

_LOGIN: Mapping[Phase, tuple[Words, ...]] = {
    Phase.STARTUP: (),
    Phase.AUTHENTICATING: (AuthenticationCleartextPassword(),),
    Phase.SETTINGS: (AuthenticationOk(),),
}

_SESSION: Mapping[Phase, Script] = {
    Phase.UNSYNCED: ((PARSE,), (ParseComplete(),)),
    Phase.PARSING: ((PARSE,), ()),
    Phase.BINDING: ((BIND,), ()),
    Phase.CLOSING: ((Close(b"S", ""),), ()),
    Phase.DESCRIBING_STATEMENT: ((DESCRIBE_STATEMENT,), ()),
    Phase.DESCRIBING: ((DESCRIBE_STATEMENT,), (ParameterDescription(()),)),
    Phase.EXECUTING: ((Execute(""),), ()),
    Phase.EXECUTING_PART: ((Execute("", 5),), ()),
    Phase.SYNCING: ((Sync(),), ()),
    Phase.QUERYING: ((Query(""),), ()),
    Phase.QUERYING_ROWS: ((Query(""),), (described(25, 25),)),
    Phase.QUERIED: ((Query(""),), (CommandComplete("SELECT"),)),
    Phase.FAILED_QUERY: ((Query(""),), (failure(),)),
    Phase.COPYING_IN: ((Query(""),), (CopyInResponse(0, ()),)),
    Phase.COPYING_OUT: ((Query(""),), (CopyOutResponse(0, ()),)),
    Phase.COPIED_OUT: ((Query(""),), (CopyOutResponse(0, ()), CopyDone())),
}

COLUMNS = 2
"""The width of the rows in the phases that have rows."""

RESTING = tuple(phase for phase in Phase if phase is not Phase.NEXT)
"""Every phase that a core can be in."""


def core_in(phase: Phase, max_message: int = 2**30) -> ClientProtocol:
    """A new core in ``phase``."""
    core = newborn_core(max_message)
    if phase in _SESSION or phase is Phase.IDLE:
        core = new_core(max_message)
    if phase is Phase.CLOSED:
        core.terminate(Terminate())
    elif phase is Phase.NEGOTIATING_TLS:
        core.begin("login")
        core.request_tls()
    elif phase in _LOGIN:
        core.begin("login")
        core.start(StartupMessage(()))
        hear(core, *_LOGIN[phase])
    elif phase in _SESSION:
        asked, answered = _SESSION[phase]
        core.begin("an operation", *asked, columns=COLUMNS)
        hear(core, *answered)
    events(core)
    if core.phase is not phase:
        raise AssertionError(f"the core is in {core.phase}")
    return core
