"""Bugs of a client in the extended query."""

from __future__ import annotations

from rs_driver.wire.query import (
    Bind,
    Close,
    Describe,
    Execute,
    Flush,
    FunctionCall,
    Parse,
    Query,
    Sync,
    Terminate,
)
from support.buggy_client import (
    BIND,
    EXECUTE,
    PARSE,
    Script,
    bug,
    bugs_in,
)


@bug("Bind, Execute had no Sync yet")
def forgets_sync(script: Script) -> None:
    """Goes on with a simple query."""
    script.say("again", BIND, EXECUTE)
    script.drop("wrong")


@bug("had no Sync yet")
def takes_flush_for_sync(script: Script) -> None:
    """Flush brings the answers, and does not end the group."""
    script.say("again", BIND, EXECUTE, Flush())
    script.drop("wrong")


@bug("Bind, Execute had no Sync")
def leaves_without_sync(script: Script) -> None:
    """Terminate in the middle of a group."""
    script.end_after("run")
    script.say("again", BIND, EXECUTE)
    script.say("leave", Terminate())


@bug("the client went, and Bind, Execute had no Sync")
def waits_without_sync(script: Script) -> None:
    """Waits for answers that a server may keep, until it gives up."""
    script.end_after("run")
    script.say("again", BIND, EXECUTE)


@bug("which has failed")
def goes_on_after_an_error_without_sync(script: Script) -> None:
    """Does not know that a server skips everything up to Sync."""
    script.say("wrong", Parse("", "selec", ()), Bind("", "", (), (), ()), EXECUTE)


@bug("there is no statement 'wrong'")
def binds_what_it_failed_to_prepare(script: Script) -> None:
    """Ignores an ErrorResponse."""
    script.say("wrong", Parse("wrong", "selec", ()), Sync())
    script.insert("begin", Bind("", "wrong", (), (), ()), EXECUTE, Sync())


@bug("there is no statement 'other': nothing has made it")
def binds_an_unknown_statement(script: Script) -> None:
    """Mixes up its names."""
    script.say("run", Bind("", "other", (), (), ()), EXECUTE, Sync())


@bug("there is no statement 's': the client has closed it")
def binds_a_closed_statement(script: Script) -> None:
    """Closes a statement and keeps it in its cache."""
    script.insert("again", Close(b"S", "s"), Sync())


@bug("there is no portal 'other'")
def executes_an_unknown_portal(script: Script) -> None:
    """Mixes up its names."""
    script.say("run", BIND, Execute("other"), Sync())


@bug("there is no portal 'p': it ended with its transaction")
def executes_a_portal_of_an_old_transaction(script: Script) -> None:
    """Fetches on after COMMIT."""
    script.say("close", Sync())
    script.insert("unprepare", Execute("p", 1), Sync())


@bug("there is no portal 'other'")
def describes_an_unknown_portal(script: Script) -> None:
    """Mixes up its names."""
    script.say("run", BIND, Describe(b"P", "other"), EXECUTE, Sync())


@bug("there is no statement 'other'")
def describes_an_unknown_statement(script: Script) -> None:
    """Mixes up its names."""
    script.insert("run", Describe(b"S", "other"), Sync())


@bug("there is a statement 's' already")
def prepares_a_name_twice(script: Script) -> None:
    """A named statement has to be closed first."""
    script.insert("again", PARSE, Sync())


@bug("there is a portal 'p' already")
def binds_a_name_twice(script: Script) -> None:
    """A named portal has to be closed first."""
    script.insert("close", Bind("p", "s", (1,), (b"\0\0\0\7",), ()), Sync())
    script.say("commit", Query("rollback"))


@bug("it gives 2 parameters, and the statement takes 1")
def gives_too_many_parameters(script: Script) -> None:
    """Does not look at the ParameterDescription."""
    script.say("run", Bind("", "s", (1,), (b"\0\0\0\7", b"\0\0\0\7"), ()), EXECUTE, Sync())


@bug("it gives 0 parameters, and the statement takes 1")
def gives_too_few_parameters(script: Script) -> None:
    """Forgets one."""
    script.say("run", Bind("", "s", (), (), ()), EXECUTE, Sync())


@bug("the server finds that it does not fit the statement")
def guesses_the_number_of_parameters(script: Script) -> None:
    """Has neither told nor asked what the statement takes."""
    guess = Bind("", "", (), (b"7", b"7"), ())
    script.say("run", Parse("", "select $1", ()), guess, EXECUTE, Sync())


@bug("it has 2 format codes for 1 value")
def gives_too_many_parameter_formats(script: Script) -> None:
    """One for each value, or one, or none."""
    script.say("run", Bind("", "s", (1, 1), (b"\0\0\0\7",), ()), EXECUTE, Sync())


@bug("it has 2 result format codes, and the statement has 1 column")
def gives_too_many_result_formats(script: Script) -> None:
    """One for each column, or one, or none."""
    script.say("run", Bind("", "s", (1,), (b"\0\0\0\7",), (1, 1)), EXECUTE, Sync())


@bug("a format code of its parameters is 2")
def invents_a_parameter_format(script: Script) -> None:
    """There are text and binary."""
    script.say("run", Bind("", "s", (2,), (b"\0\0\0\7",), ()), EXECUTE, Sync())


@bug("a format code of its results is -1")
def invents_a_result_format(script: Script) -> None:
    """There are text and binary."""
    script.say("run", Bind("", "s", (1,), (b"\0\0\0\7",), (-1,)), EXECUTE, Sync())


@bug("its row limit is -1")
def wants_less_than_no_rows(script: Script) -> None:
    """0 stands for all of them."""
    script.say("run", BIND, Execute("", -1), Sync())


@bug("FunctionCall")
def calls_a_function_within_a_group(script: Script) -> None:
    """A group ends with Sync before another kind of query begins."""
    script.say("again", BIND, EXECUTE, FunctionCall(1, (), ()))
    script.drop("wrong")


BUGS = bugs_in(globals())
