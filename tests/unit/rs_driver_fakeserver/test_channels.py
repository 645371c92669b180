from __future__ import annotations

from rs_driver.wire.control import NotificationResponse
from rs_driver_fakeserver.channels import ChannelRegistry


class Ear:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def hear(self, message: NotificationResponse) -> None:
        self.heard.append(message.payload)


def said(payload: str, channel: str = "c") -> NotificationResponse:
    return NotificationResponse(1, channel, payload)


def test_who_hears_what() -> None:
    registry, one, two = ChannelRegistry(), Ear(), Ear()
    registry.listen("dev", "c", one)
    registry.listen("dev", "c", one)
    registry.listen("other", "c", two)
    registry.notify("dev", said("a"))
    registry.notify("dev", said("b", "elsewhere"))
    assert (one.heard, two.heard) == (["a"], [])


def test_who_stops_listening() -> None:
    registry, one, two = ChannelRegistry(), Ear(), Ear()
    for ear in (one, two):
        for channel in "cd":
            registry.listen("dev", channel, ear)
    registry.unlisten("dev", "c", one)
    registry.unlisten("dev", None, two)
    registry.unlisten("dev", "nobody", two)
    registry.notify("dev", said("x"))
    registry.notify("dev", said("y", "d"))
    assert (one.heard, two.heard) == (["y"], [])
