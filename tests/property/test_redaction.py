"""No secret of any kind gets into a cassette, and everything else comes back as it was."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationOk,
    PasswordMessage,
)
from rs_driver.wire.control import ErrorResponse, ParameterStatus, ReadyForQuery
from rs_driver.wire.messages import Message
from rs_driver.wire.query import Bind, Execute, Parse, Query, Sync
from rs_driver.wire.redshift import IdpTokenResponse
from rs_driver.wire.results import CommandComplete, DataRow, ParseComplete
from rs_driver.wire.startup import BackendKeyData, StartupMessage
from rs_driver_fakeserver.recording.cassette import Cassette, Conversation
from rs_driver_fakeserver.recording.said import Said
from rs_driver_fakeserver.recording.turns import Turns
from support.cassettes import back, front

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
# Not by chance a part of the file's own words: a mark in front, and long enough.
WORDS = st.text(LETTERS, min_size=8, max_size=30).map("Zq7".__add__)
TOKENS = st.text(LETTERS + "+/=-_.~!@#%^&*()", min_size=8, max_size=60).map("Zq7".__add__)
ODD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=4, max_size=20).map(
    "Zq7xK".__add__
)
KEYS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=16, max_size=16).map("AKIA".__add__)
ROLES = st.builds("arn:aws:iam::{}:role/{}".format, st.integers(10**11, 10**12 - 1), WORDS)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def shown(secret: str) -> list[bytes]:
    """How a secret may stand in a file. The first and last bytes of base64 depend on what
    stands beside it, so that only its middle can be looked for."""
    data = secret.encode()
    encoded = [base64.b64encode(bytes(skip) + data)[4:-4] for skip in range(3)]
    return [data, data.hex().encode(), data.hex().upper().encode(), *filter(None, encoded)]


STATEMENTS = (
    "copy t from 's3://b' iam_role {role}",
    "copy t from 's3://b' credentials 'aws_iam_role={bare_role}' csv",
    "copy t from 's3://b' access_key_id {key} secret_access_key {token} session_token {token2}",
    "copy t credentials 'aws_access_key_id={bare_key};aws_secret_access_key={bare_token}'",
    "create user somebody password {odd}",
    "ALTER USER somebody WITH ENCRYPTED PASSWORD\n {odd} VALID UNTIL '2030-01-01'",
    "/* password={word} */ select '{bare_key}'",
    "create external schema s from postgres uri 'h' iam_role {role} secret_arn {token}",
    "execute 'create user somebody password ''{word}'''",
)


@st.composite
def conversations(draw: st.DrawFn) -> tuple[list[Said], list[str]]:
    """What was said, and the secrets that were told in it."""
    user, database, password = draw(WORDS), draw(WORDS), draw(TOKENS)
    token, token2, odd, word = draw(TOKENS), draw(TOKENS), draw(ODD), draw(WORDS)
    key, role = draw(KEYS), draw(ROLES)
    bare_token = token.replace(";", "").replace("&", "").replace(")", "").replace(",", "")
    sql = [
        text.format(
            role=quoted(role), bare_role=role, key=quoted(key), bare_key=key, word=word,
            token=quoted(token), token2=quoted(token2), bare_token=bare_token, odd=quoted(odd),
        )
        for text in draw(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=4))
    ]  # fmt: skip
    proof: Message = draw(
        st.sampled_from([PasswordMessage(password.encode()), IdpTokenResponse(password.encode())])
    )
    said = [
        *front(StartupMessage((("user", user), ("database", database)))),
        *back(AuthenticationCleartextPassword()),
        *front(proof),
        *back(AuthenticationOk(), ParameterStatus("session_authorization", user)),
        *back(BackendKeyData(1, 0x5A713758), ReadyForQuery("I")),
    ]
    told = [user, database, password]
    for one in sql:
        echo = draw(st.sampled_from([one, f"ERROR near {one[10:]}"]))
        said += [
            *front(Query(one)),
            *back(ErrorResponse({"S": "ERROR", "C": "XX000", "M": echo}), ReadyForQuery("I")),
            *front(Parse("", one, ()), Bind("", "", (), (one.encode(), None), ())),
            *front(Execute(""), Sync()),
            *back(ParseComplete(), DataRow((one.encode(), user.encode()))),
            *back(DataRow((f"\1{password}".encode(),))),
            *back(CommandComplete("SELECT 1"), ReadyForQuery("I")),
        ]
    given_ = {"role": role, "key": key, "token2": token2, "odd": odd, "word": word}
    used = " ".join(sql)
    told += [text for text in given_.values() if text in used or quoted(text)[1:-1] in used]
    told += [text for text in (token, bare_token) if text in used]
    return said, told


@given(conversations())
def test_no_secret_is_in_the_file(made: tuple[list[Said], list[str]]) -> None:
    said, told = made
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "cassette.jsonl")
        Cassette([Conversation(Turns.of(said))]).save(path)
        content = path.read_bytes()
        plain = content.decode().encode("utf-8")
        Cassette.load(path)
    for secret in told:
        for form in shown(secret):
            assert form not in plain, (secret, form)
    assert b"1517369176" not in content  # the secret key, as a number


SAID = st.one_of(
    st.builds(Query, st.text(st.characters(codec="utf-8", exclude_characters="\0"))),
    st.builds(
        Bind, st.just(""), st.just(""), st.just(()), st.lists(st.none() | st.binary()).map(tuple),
        st.just(()),
    ),
    st.just(Sync()),
)  # fmt: skip
HEARD = st.one_of(
    st.builds(DataRow, st.lists(st.none() | st.binary()).map(tuple)),
    st.builds(
        ErrorResponse,
        st.dictionaries(
            st.sampled_from("SCMDHPW"),
            st.text(st.characters(codec="utf-8", exclude_characters="\0")),
        ),
    ),
    st.builds(ReadyForQuery, st.sampled_from("ITE")),
)


@given(st.lists(st.builds(Said.of, st.just("F"), SAID) | st.builds(Said.of, st.just("B"), HEARD)))
def test_without_redaction_every_byte_comes_back(said: list[Said]) -> None:
    login = [
        *front(StartupMessage((("user", "a"),))),
        *back(AuthenticationOk(), ReadyForQuery("I")),
    ]
    turns = Turns.of([*login, *said])
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "cassette.jsonl")
        Cassette([Conversation(turns)], redact=False).save(path)
        (loaded,) = Cassette.load(path).conversations
    assert loaded.turns == turns
    kept = [one for turn in loaded.turns for one in turn.said]
    for sender in "FB":
        before = b"".join(one.raw for one in [*login, *said] if one.sender == sender)
        assert b"".join(one.raw for one in kept if one.sender == sender) == before
