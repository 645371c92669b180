"""Hypothesis strategies for every message, both directions."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from rs_driver.wire import auth, control, copy, query, redshift, results, startup
from rs_driver.wire.base import Backend, Frontend, Layout

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
names = texts.filter(bool)
without_nul = st.binary(max_size=30).filter(lambda data: b"\0" not in data)
data = st.binary(max_size=30)
values = st.none() | data
int16s = st.integers(-(2**15), 2**15 - 1)
int32s = st.integers(-(2**31), 2**31 - 1)
oids = st.integers(0, 2**32 - 1)


def tuples(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Tuples of up to four ``items``."""
    return st.lists(items, max_size=4).map(tuple)


error_fields = st.dictionaries(st.characters(min_codepoint=1, max_codepoint=255), texts, max_size=5)
kinds = st.sampled_from([b"S", b"P"])
statuses = st.sampled_from("ITE")

_plain_fields = st.builds(
    results.FieldDescription,
    name=texts,
    table_oid=oids,
    column_number=int16s,
    type_oid=oids,
    type_length=int16s,
    type_modifier=int32s,
    format=int16s,
)
_extended_fields = st.builds(
    results.FieldDescription,
    name=texts,
    table_oid=oids,
    column_number=int16s,
    type_oid=oids,
    type_length=int16s,
    type_modifier=int32s,
    format=int16s,
    schema=texts,
    table=texts,
    column=texts,
    catalog=texts,
    flags=int16s,
)


def row_descriptions(protocol_version: int) -> st.SearchStrategy[results.RowDescription]:
    fields = _extended_fields if protocol_version else _plain_fields
    return st.builds(results.RowDescription, tuples(fields), st.just(protocol_version))


_OTHER_CODES = (2, 4, 6, 7, 8, 9, 15, -1, 2**31 - 1)

STARTUP: Mapping[type[Frontend], st.SearchStrategy[Any]] = {
    startup.StartupMessage: st.builds(
        startup.StartupMessage, tuples(st.tuples(names, texts)), st.sampled_from([196608, 196610])
    ),
    startup.SSLRequest: st.just(startup.SSLRequest()),
    startup.GSSENCRequest: st.just(startup.GSSENCRequest()),
    startup.CancelRequest: st.builds(startup.CancelRequest, int32s, int32s),
}
"""The untagged messages."""

FRONTEND: Mapping[type[Frontend], st.SearchStrategy[Any]] = {
    auth.PasswordMessage: st.builds(auth.PasswordMessage, without_nul),
    auth.SASLInitialResponse: st.builds(auth.SASLInitialResponse, texts, values),
    auth.SASLResponse: st.builds(auth.SASLResponse, data),
    copy.CopyData: st.builds(copy.CopyData, data),
    copy.CopyDone: st.just(copy.CopyDone()),
    copy.CopyFail: st.builds(copy.CopyFail, texts),
    query.Bind: st.builds(query.Bind, texts, texts, tuples(int16s), tuples(values), tuples(int16s)),
    query.Close: st.builds(query.Close, kinds, texts),
    query.Describe: st.builds(query.Describe, kinds, texts),
    query.Execute: st.builds(query.Execute, texts, int32s),
    query.Flush: st.just(query.Flush()),
    query.FunctionCall: st.builds(query.FunctionCall, oids, tuples(int16s), tuples(values), int16s),
    query.Parse: st.builds(query.Parse, texts, texts, tuples(oids)),
    query.Query: st.builds(query.Query, texts),
    query.Sync: st.just(query.Sync()),
    query.Terminate: st.just(query.Terminate()),
    redshift.DigestResponse: st.builds(redshift.DigestResponse, data, data),
    redshift.IdpTokenResponse: st.builds(redshift.IdpTokenResponse, without_nul),
}
"""The tagged messages of a client."""

BACKEND: Mapping[type[Backend], st.SearchStrategy[Any]] = {
    auth.AuthenticationOk: st.just(auth.AuthenticationOk()),
    auth.AuthenticationCleartextPassword: st.just(auth.AuthenticationCleartextPassword()),
    auth.AuthenticationMD5Password: st.builds(
        auth.AuthenticationMD5Password, st.binary(min_size=4, max_size=4)
    ),
    auth.AuthenticationSASL: st.builds(auth.AuthenticationSASL, tuples(names)),
    auth.AuthenticationSASLContinue: st.builds(auth.AuthenticationSASLContinue, data),
    auth.AuthenticationSASLFinal: st.builds(auth.AuthenticationSASLFinal, data),
    auth.AuthenticationDigest: st.builds(auth.AuthenticationDigest, int32s, data, data),
    auth.AuthenticationIdpToken: st.just(auth.AuthenticationIdpToken()),
    auth.AuthenticationOther: st.builds(
        auth.AuthenticationOther, st.sampled_from(_OTHER_CODES), data
    ),
    control.ErrorResponse: st.builds(control.ErrorResponse, error_fields),
    control.NoticeResponse: st.builds(control.NoticeResponse, error_fields),
    control.NotificationResponse: st.builds(control.NotificationResponse, int32s, texts, texts),
    control.ParameterStatus: st.builds(control.ParameterStatus, texts, texts),
    control.ReadyForQuery: st.builds(control.ReadyForQuery, statuses),
    copy.CopyBothResponse: st.builds(copy.CopyBothResponse, st.integers(-128, 127), tuples(int16s)),
    copy.CopyData: st.builds(copy.CopyData, data),
    copy.CopyDone: st.just(copy.CopyDone()),
    copy.CopyInResponse: st.builds(copy.CopyInResponse, st.integers(0, 1), tuples(int16s)),
    copy.CopyOutResponse: st.builds(copy.CopyOutResponse, st.integers(0, 1), tuples(int16s)),
    results.BindComplete: st.just(results.BindComplete()),
    results.CloseComplete: st.just(results.CloseComplete()),
    results.CommandComplete: st.builds(results.CommandComplete, texts),
    results.DataRow: st.builds(results.DataRow, tuples(values)),
    results.EmptyQueryResponse: st.just(results.EmptyQueryResponse()),
    results.FunctionCallResponse: st.builds(results.FunctionCallResponse, values),
    results.NoData: st.just(results.NoData()),
    results.ParameterDescription: st.builds(results.ParameterDescription, tuples(oids)),
    results.ParseComplete: st.just(results.ParseComplete()),
    results.PortalSuspended: st.just(results.PortalSuspended()),
    results.RowDescription: st.sampled_from([0, 1, 2, 3]).flatmap(row_descriptions),
    startup.BackendKeyData: st.builds(startup.BackendKeyData, int32s, int32s),
    startup.NegotiateProtocolVersion: st.builds(
        startup.NegotiateProtocolVersion, int32s, tuples(texts)
    ),
}
"""The messages of a server."""

startup_messages: st.SearchStrategy[Any] = st.one_of(*STARTUP.values())
frontend_messages: st.SearchStrategy[Any] = st.one_of(*FRONTEND.values())
backend_messages: st.SearchStrategy[Any] = st.one_of(*BACKEND.values())


def concrete_messages(base: type[Layout] = Layout) -> set[type[Layout]]:
    """Every message class of the package that is not a base of others."""
    found: set[type[Layout]] = set()
    for derived in base.__subclasses__():
        found |= concrete_messages(derived)
        # A dataclass with slots is made twice; the first draft is not in its module.
        is_final = getattr(sys.modules[derived.__module__], derived.__name__) is derived
        # The fake server's faults have names for what is no message.
        is_wire = derived.__module__.startswith("rs_driver.wire.")
        if is_wire and is_final and not derived.__subclasses__():
            found.add(derived)
    return found
