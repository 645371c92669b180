"""Bugs of a client in the layout of its messages, in COPY, and in how it leaves."""

from __future__ import annotations

from rs_driver.wire.copy import CopyData, CopyDone
from rs_driver.wire.query import (
    Bind,
    Parse,
    Query,
    Sync,
    Terminate,
)
from support.buggy_client import (
    BIND,
    EXECUTE,
    SECRET,
    Said,
    Script,
    bug,
    bugs_in,
)


@bug("the kind is b'X'")
def describes_neither_statement_nor_portal(script: Script) -> None:
    """The kind is S or P."""
    script.insert("run", b"D\0\0\0\7Xs\0", Sync())


@bug("the kind is b'p'")
def closes_neither_statement_nor_portal(script: Script) -> None:
    """The kind is S or P."""
    script.insert("unprepare", b"C\0\0\0\7pp\0", Sync())


@bug("the SQL ends at a NUL, 9 bytes before the message does")
def has_a_nul_in_its_sql(script: Script) -> None:
    """What comes behind it is lost, or worse."""
    script.say("simple", b"Q\0\0\0\x16select 1\0select 2\0")


@bug("not valid UTF-8")
def has_latin_1_in_its_sql(script: Script) -> None:
    """The client_encoding is UTF8."""
    script.say("simple", b"Q\0\0\0\x0eselect 1\xe9\0")


@bug("has no NUL at its end")
def counts_a_byte_too_few(script: Script) -> None:
    """A length is the length of the body and 4; here it leaves out the NUL."""
    script.say("simple", b"Q\0\0\0\x0cselect 1\0")
    script.end_after("simple")


@bug("of which 14 bytes came")
def counts_a_byte_too_many(script: Script) -> None:
    """It counts its tag, too, and the server waits for a byte that does not come."""
    script.say("simple", b"Q\0\0\0\x0eselect 1\0")
    script.end_after("simple")


@bug("1 byte too many")
def fills_sync_with_something(script: Script) -> None:
    """Sync has no body."""
    script.say("again", BIND, EXECUTE, b"S\0\0\0\5\0")


@bug("claims a length of 3")
def forgets_that_a_length_counts_itself(script: Script) -> None:
    """The least length is 4."""
    script.say("simple", b"Q\0\0\0\3a\0\0")
    script.end_after("simple")


@bug("value 1 has length -2")
def has_a_null_that_is_no_null(script: Script) -> None:
    """-1 stands for NULL, and no other negative number for anything."""
    script.say("run", b"B\0\0\0\x11\0s\0\0\0\0\1\xff\xff\xff\xfe\0\0", Sync())


@bug("the list of 2 parameter types needs 8 bytes")
def counts_more_types_than_there_are(script: Script) -> None:
    """A count that the message does not hold."""
    script.insert("again", b"P\0\0\0\x0c\0\0\0\2\0\0\0\x17", Sync())


@bug("there is no frontend message of type b'Z'")
def sends_what_only_servers_send(script: Script) -> None:
    """ReadyForQuery, from the wrong side."""
    script.say("simple", b"Z\0\0\0\5I")
    script.end_after("simple")


@bug("no COPY from the client is running")
def sends_copy_data_unasked(script: Script) -> None:
    """There was no CopyInResponse."""
    script.say("simple", CopyData(SECRET.encode()))


@bug("no COPY from the client is running")
def ends_a_copy_that_there_is_not(script: Script) -> None:
    """There was no CopyInResponse."""
    script.say("simple", CopyDone())


@bug("COPY IN takes CopyData, and ends with CopyDone or CopyFail")
def forgets_to_end_its_copy(script: Script) -> None:
    """Goes on with the next statement, which the server takes for a mistake in the data."""
    script.say("data", CopyData(SECRET.encode()), Query("select 1"))
    script.drop("unprepare")


@bug("COPY IN takes CopyData, and ends with CopyDone or CopyFail")
def leaves_in_the_middle_of_its_copy(script: Script) -> None:
    """Terminate instead of CopyDone or CopyFail."""
    script.say("data", CopyData(SECRET.encode()))
    script.drop("unprepare")


@bug("the client went in the middle of COPY IN", "farewell")
def goes_in_the_middle_of_its_copy(script: Script) -> None:
    """Without a word."""
    script.say("data", CopyData(SECRET.encode()))
    script.end_after("data")


@bug("no COPY from the client is running")
def sends_more_after_the_end_of_its_copy(script: Script) -> None:
    """CopyDone was the end."""
    script.insert("unprepare", CopyData(SECRET.encode()))


@bug("the client went without Terminate", "farewell")
def goes_without_a_word(script: Script) -> None:
    """Closes the socket."""
    script.drop("leave")


@bug("came after Terminate")
def goes_on_after_terminate(script: Script) -> None:
    """Terminate is the last message."""
    script.say("leave", Terminate(), Query("select 1"))


@bug("the client went in the middle of a message")
def goes_in_the_middle_of_a_message(script: Script) -> None:
    """The rest of it never comes."""
    script.say("leave", Query("select 1").encode()[:-3])


@bug("prepared and never executed: 'again'", "statements")
def prepares_in_vain(script: Script) -> None:
    """A statement that nobody executes."""
    script.say("again", Parse("again", "select 1", ()), Sync())


@bug("was prepared 2 times", "statements")
def prepares_the_same_again_and_again(script: Script) -> None:
    """Its cache of statements does not find them."""
    script.insert("again", Parse("t", "select $1", (23,)), Sync())
    script.say("again", Bind("", "t", (1,), (b"\0\0\0\7",), (1,)), EXECUTE, Sync())
    script.drop("unprepare")


@bug("more than 1000 prepared statements are open", "statements")
def never_closes_a_statement(script: Script) -> None:
    """Its cache has no bound."""
    parses: list[Said] = [Parse(f"s{n}", "select 1", (23,) * n) for n in range(1001)]
    script.say("simple", *parses, Sync())


@bug("the portal 'p' was neither executed nor closed", "statements")
def forgets_a_portal(script: Script) -> None:
    """Makes a portal that nobody executes or closes."""
    script.say("portal", Bind("p", "s", (1,), (b"\0\0\0\7",), ()), Sync())
    script.say("close", Sync())


BUGS = bugs_in(globals())
