"""Sentences about what is wrong, each of them once."""

from __future__ import annotations

from rs_driver.wire.query import Sync
from rs_driver_fakeserver.problems import ProblemKind
from rs_driver_fakeserver.strict.findings import Findings, Sent, short


def test_a_violation_names_the_message_its_place_and_the_demand() -> None:
    found: list[tuple[ProblemKind, str]] = []
    findings = Findings(lambda kind, text: found.append((kind, text)))
    findings.where = "after ReadyForQuery"
    findings.violation(Sent(3, b"S", Sync(), 5), "it is late", "be early")
    assert found == [
        ("violation", "Sync (message 3 of the client, after ReadyForQuery): it is late; be early")
    ]
    assert findings.blamed == 3


def test_each_is_told_once() -> None:
    found: list[str] = []
    findings = Findings(lambda _, text: found.append(text))
    for number in range(5):
        findings.violation(Sent(number, b"S", None, 5), "it is late", "be early")
        findings.odd("bytes", "no bytes")
        findings.mild("farewell", "gone")
    findings.violation(Sent(9, b"H", None, 5), "it is late", "be early")
    assert len(found) == 4
    assert findings.blamed == 9


def test_there_is_an_end_to_it() -> None:
    found: list[str] = []
    findings = Findings(lambda _, text: found.append(text))
    for number in range(1000):
        findings.odd(f"{number}", "stop")
    assert len(found) == 100


def test_a_message_that_was_not_decoded_has_a_name_too() -> None:
    assert [Sent(1, tag, None, 5).name for tag in (b"B", b"d", b"")] == [
        "Bind",
        "CopyData",
        "startup packet",
    ]


def test_names_are_cut() -> None:
    assert short("a") == "'a'"
    assert short("a" * 60) == repr("a" * 60)
    assert short("a" * 1000) == repr("a" * 60 + "...")
