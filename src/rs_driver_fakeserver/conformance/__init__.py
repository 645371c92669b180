"""Suites for whoever writes an adapter of rs_driver: subclass one, and pytest runs it.

    from rs_driver_fakeserver.conformance import TransportConformance

    class TestMyTransport(TransportConformance):
        def connector(self, address):
            return lambda deadline: my_connect(address.host, address.port, deadline)

The ports are in ``rs_driver.ports``; each test's docstring names the line that it checks.
Names are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rs_driver_fakeserver.conformance.async_transport import AsyncTransportConformance
    from rs_driver_fakeserver.conformance.authenticator import AuthenticatorConformance
    from rs_driver_fakeserver.conformance.codec import TypeCodecConformance
    from rs_driver_fakeserver.conformance.credentials import CredentialsProviderConformance
    from rs_driver_fakeserver.conformance.parameter_codec import ParameterCodecConformance
    from rs_driver_fakeserver.conformance.transport import TransportConformance

__all__ = [
    "AsyncTransportConformance",
    "AuthenticatorConformance",
    "CredentialsProviderConformance",
    "ParameterCodecConformance",
    "TransportConformance",
    "TypeCodecConformance",
]


def __getattr__(name: str) -> object:
    match name:
        case "TransportConformance":
            module = import_module("rs_driver_fakeserver.conformance.transport")
        case "AsyncTransportConformance":
            module = import_module("rs_driver_fakeserver.conformance.async_transport")
        case "AuthenticatorConformance":
            module = import_module("rs_driver_fakeserver.conformance.authenticator")
        case "CredentialsProviderConformance":
            module = import_module("rs_driver_fakeserver.conformance.credentials")
        case "TypeCodecConformance":
            module = import_module("rs_driver_fakeserver.conformance.codec")
        case "ParameterCodecConformance":
            module = import_module("rs_driver_fakeserver.conformance.parameter_codec")
        case _:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(module, name)
