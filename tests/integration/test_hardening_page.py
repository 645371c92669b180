"""docs/hardening.md says what comes of the attacks, and that is what the design permits.

Where the page is out of date: ``python -m support.hardening.page > ../docs/hardening.md``.
"""

from __future__ import annotations

import pytest

from support.hardening import logins, page, tls
from support.hardening.words import REFUSED
from support.permitted import PERMITTED, WARNED
from support.sources import ROOT

WRITTEN = (ROOT / "docs" / "hardening.md").read_text(encoding="utf-8")
JUDGED = [name for name, flavour in logins.FLAVOURS.items() if flavour.code and not flavour.options]


def test_logins_are_as_the_page_says() -> None:
    assert page.logins_part() in WRITTEN


def test_tls_is_as_the_page_says() -> None:
    assert page.tls_part() in WRITTEN


@pytest.mark.parametrize("link", logins.LINKS)
@pytest.mark.parametrize("name", JUDGED)
def test_only_what_the_design_permits_is_answered(name: str, link: str) -> None:
    mode, where = logins.LINKS[link]
    code = logins.FLAVOURS[name].code
    expected = REFUSED
    if code in PERMITTED[mode][where]:
        expected = logins.WARNED if code in WARNED[where] else logins.ALONE
    assert logins.matrix()[name, link].how == expected


@pytest.mark.parametrize("mode", [tls.UNNAMED, "verify-full"])
def test_verification_lets_only_the_good_certificate_through(mode: str) -> None:
    ends = {server: end.how for (server, named), end in tls.matrix().items() if named == mode}
    assert [server for server, how in ends.items() if how != REFUSED] == ["certificate: good"]


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full", tls.UNNAMED])
def test_a_mode_that_wants_tls_never_speaks_without(mode: str) -> None:
    assert tls.PLAIN not in {end.how for (_, named), end in tls.matrix().items() if named == mode}


@pytest.mark.parametrize("mode", ["allow", "prefer"])
def test_only_a_no_leads_to_plaintext(mode: str) -> None:
    ends = {server: end.how for (server, named), end in tls.matrix().items() if named == mode}
    assert [server for server, how in ends.items() if how == tls.PLAIN] == ["answer: refuse"]
