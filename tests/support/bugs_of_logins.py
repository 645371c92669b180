"""Bugs of a client before its first ReadyForQuery."""

from __future__ import annotations

from rs_driver.wire.auth import PasswordMessage, SASLInitialResponse
from rs_driver.wire.query import Query
from rs_driver.wire.redshift import IdpTokenResponse
from rs_driver.wire.startup import CancelRequest, GSSENCRequest, SSLRequest, StartupMessage
from rs_driver_fakeserver.auth.methods import Auth
from support.buggy_client import (
    SECRET,
    STARTUP,
    USERS,
    Script,
    bug,
    bugs_in,
)


@bug("it comes for the second time")
def asks_for_tls_twice(script: Script) -> None:
    """Does not take no for an answer."""
    script.tls = False
    script.say("ssl", SSLRequest())
    script.insert("startup", SSLRequest())
    script.auth = Auth.trust()
    script.drop("password")


@bug("encrypted already")
def asks_for_encryption_within_tls(script: Script) -> None:
    """Asks for GSSAPI when TLS is there."""
    script.insert("startup", GSSENCRequest())


@bug("came together with the SSLRequest")
def does_not_wait_for_the_answer_about_tls(script: Script) -> None:
    """Sends the startup message right behind the request."""
    script.say("ssl", SSLRequest(), STARTUP)
    script.end_after("ssl")


@bug("although the server agreed to encryption")
def goes_on_in_plain_text(script: Script) -> None:
    """Gets S, and forgets the handshake: the password is on the wire for all to read."""
    script.handshake = False


@bug("a password goes over the connection in plain text")
def sends_its_password_without_tls(script: Script) -> None:
    """Never asks for the TLS that it could have."""
    script.drop("ssl")


@bug("a token goes over the connection in plain text")
def sends_its_token_without_tls(script: Script) -> None:
    """The same with a bearer's token."""
    script.auth = Auth.token({SECRET: "alice"})
    script.drop("ssl")
    script.say("password", IdpTokenResponse(SECRET.encode()))


@bug("it names no user")
def names_no_user(script: Script) -> None:
    """Leaves out the one parameter that is required."""
    script.say("startup", StartupMessage((("database", "dev"),)))
    script.end_after("startup")


@bug("it asks for protocol 2.0")
def speaks_an_old_protocol(script: Script) -> None:
    """Version 2.0 went with PostgreSQL 14."""
    script.say("startup", StartupMessage((("user", "alice"),), 2 << 16))
    script.end_after("startup")


@bug("startup packet")
def ends_its_startup_message_too_late(script: Script) -> None:
    """A byte behind the NUL that ends the parameters."""
    raw = STARTUP.encode()[4:] + b"x"
    script.say("startup", (len(raw) + 4).to_bytes(4, "big") + raw)
    script.end_after("startup")


@bug("no message")
def claims_a_huge_startup_message(script: Script) -> None:
    """More than the server takes from somebody who is not logged in."""
    script.say("startup", b"\x7f\xff\xff\xff" + STARTUP.encode()[4:])
    script.end_after("startup")


@bug("bytes that are no message: there is no frontend message of type b'\\x00'")
def sends_two_startup_messages(script: Script) -> None:
    """Begins once more, when the connection has begun."""
    script.insert("simple", STARTUP)
    script.end_after("before simple")


@bug("came after the CancelRequest")
def goes_on_after_a_cancel_request(script: Script) -> None:
    """A connection for a CancelRequest is for nothing else."""
    script.say("startup", CancelRequest(1, 2), STARTUP)
    script.end_after("startup")


@bug("is answered by PasswordMessage")
def answers_with_another_kind(script: Script) -> None:
    """A token where a password was asked for."""
    script.say("password", IdpTokenResponse(SECRET.encode()))
    script.end_after("password")


@bug("the login is over")
def sends_its_password_once_more(script: Script) -> None:
    """Nobody asked for a second one."""
    script.insert("simple", PasswordMessage(SECRET.encode()))
    script.end_after("before simple")


@bug("it does not answer the authentication request")
def begins_to_query_before_the_login_is_over(script: Script) -> None:
    """Takes the request for a password for the end of the login."""
    script.say("password", Query("select 1"))
    script.end_after("password")


@bug("a string has no terminating NUL")
def forgets_the_nul_of_the_password(script: Script) -> None:
    """The password message holds a string."""
    script.say("password", b"p" + (len(SECRET) + 4).to_bytes(4, "big") + SECRET.encode())
    script.end_after("password")


@bug("the server offers 'SCRAM-SHA-256'")
def chooses_a_mechanism_that_is_not_offered(script: Script) -> None:
    """PLAIN would show the password to whoever pretends to be the server."""
    script.auth = Auth.scram(USERS, iterations=1)
    script.say("password", SASLInitialResponse("PLAIN", b"\0alice\0" + SECRET.encode()))
    script.end_after("password")


@bug("it is not md5 and 32 hexadecimal digits")
def forgets_to_hash(script: Script) -> None:
    """The plain password where its md5 hash was asked for."""
    script.auth = Auth.md5(USERS)
    script.end_after("password")


BUGS = bugs_in(globals())
