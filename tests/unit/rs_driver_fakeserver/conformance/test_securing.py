from __future__ import annotations

import pytest

from rs_driver_fakeserver.conformance.peers import Peers, Talk, farewell, resetting
from support import nonconforming_transports as broken
from support.suite_runs import TransportSuite, check, failing


@pytest.mark.parametrize(
    ("kind", "test", "args"),
    [
        (broken.CarriesPlaintextOver, "test_plain_text_before_tls", ()),
        (broken.TrustsAnybody, "test_a_bad_certificate", ("self-signed",)),
        (broken.TrustsAnybody, "test_a_bad_certificate", ("untrusted",)),
        (broken.TrustsAnybody, "test_a_bad_certificate", ("expired",)),
        (broken.TrustsAnyHost, "test_a_bad_certificate", ("wrong host",)),
        (broken.TakesAddressesForNames, "test_an_address_for_a_name", ()),
        (broken.ForgetsTheTimeInHandshakes, "test_the_deadline_of_the_handshake", ()),
        (broken.ForgetsTheTimeInHandshakes, "test_a_failed_handshake_ends_the_connection", ()),
        (broken.KeepsItsChannel, "test_a_good_certificate", ()),
    ],
)
def test_what_is_broken_fails(kind: type[broken.Wrapped], test: str, args: tuple[str, ...]) -> None:
    check(kind, test, *args)


@pytest.mark.parametrize("talk", [farewell(b""), resetting], ids=["hangs up", "resets"])
def test_errors_of_a_handshake(talk: Talk) -> None:
    with Peers() as peers:
        TransportSuite(broken.Wrapped).test_a_peer_without_tls(peers, talk)
    with Peers() as peers, failing():
        TransportSuite(broken.RaisesOsErrors).test_a_peer_without_tls(peers, talk)
