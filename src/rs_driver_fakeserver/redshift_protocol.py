"""Redshift's ``server_protocol_version``: what a server speaks, and what it says of it."""

from __future__ import annotations

from dataclasses import dataclass

NEWEST = 3


@dataclass(frozen=True)
class Protocol:
    """For ``FakeServer(protocol=...)``; made by one of the class methods.

    ``speaks``: the version whose messages it sends. ``says``: what it reports as
    ``server_protocol_version``, None for nothing at all. ``bargains``: if the client asks
    for an older one, it speaks and says that.
    """

    speaks: int
    says: str | None
    bargains: bool = False

    def __post_init__(self) -> None:
        """TypeError or ValueError for what is no version."""
        number: object = self.speaks
        if isinstance(number, bool) or not isinstance(number, int):
            raise TypeError(f"a protocol is a number from 0 to {NEWEST}, not {number!r}")
        if self.speaks < 0:
            raise ValueError(f"there is no protocol {self.speaks}; there are 0 to {NEWEST}")

    @classmethod
    def up_to(cls, version: int) -> Protocol:
        """Like a real server: the older of what the two ends speak. Also as a mere number."""
        return cls(version, str(version), bargains=True)

    @classmethod
    def always(cls, version: int) -> Protocol:
        """It speaks and says this version, even if the client asked for an older one."""
        return cls(version, str(version))

    @classmethod
    def silent(cls, version: int = 0) -> Protocol:
        """It speaks this version and says nothing. ``silent()`` is an old server: None."""
        return cls(version, None)

    @classmethod
    def claims(cls, text: str, speaks: int = 2) -> Protocol:
        """It says ``text``, which need be no number, and speaks something else."""
        if not isinstance(text, str):
            raise TypeError(f"a server claims a str, not {type(text).__name__}")
        return cls(speaks, text)

    @classmethod
    def of(cls, given: object) -> Protocol:
        """What ``protocol=`` may be: a number, None, or one of these. TypeError for the rest."""
        if isinstance(given, Protocol):
            return given
        if given is None:
            return cls.silent()
        if isinstance(given, bool) or not isinstance(given, int):
            kind = given.__name__ if isinstance(given, type) else type(given).__name__
            raise TypeError(f"protocol= takes 0, 1, 2, None or a Protocol, not {kind}")
        return cls.up_to(given)

    def settled(self, asked: int) -> tuple[int, str | None]:
        """What is spoken with a client that asks for a version, and what is said of it."""
        if self.bargains and asked < self.speaks:
            return asked, str(asked)
        return self.speaks, self.says
