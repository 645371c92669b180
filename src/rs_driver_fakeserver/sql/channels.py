"""LISTEN, UNLISTEN and NOTIFY: done when the transaction commits. Redshift has none of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rs_driver.wire.control import NotificationResponse
from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import Result, SqlError
from rs_driver_fakeserver.sql.families import Command, Plain
from rs_driver_fakeserver.sql.words import Phrase

_LONGEST = 8000
"""Bytes from which on a payload is too long."""


class Wish(NamedTuple):
    """What a statement wants to come true. ``channel`` None: UNLISTEN of all."""

    verb: str
    channel: str | None
    payload: str = ""


class Channels:
    """The family of these statements; takes part in the session's transactions."""

    first = frozenset({"listen", "unlisten", "notify"})

    def __init__(self, client: Client) -> None:
        self._client = client
        self.pending: list[Wish] = []
        """What the transaction has asked for so far."""

    def parse(self, sql: str) -> Command | None:
        if self._client.dialect.redshift:
            return None
        phrase = Phrase(sql, backslashes=False)
        verb = phrase.expect(*self.first)
        channel = None if verb == "unlisten" and phrase.accept("*") else phrase.name()
        payload = ""
        if verb == "notify" and phrase.accept(","):
            payload = phrase.string()
        phrase.end()
        return _Command(self, Wish(verb.upper(), channel, payload))

    def begin(self) -> None:
        """See ``transaction.Participant``."""

    def commit(self) -> None:
        client, registry = self._client, self._client.instance.channels
        for verb, channel, payload in self._taken():
            if channel is None or verb == "UNLISTEN":
                registry.unlisten(client.database, channel, client)
            elif verb == "LISTEN":
                registry.listen(client.database, channel, client)
            else:
                said = NotificationResponse(client.process_id, channel, payload)
                registry.notify(client.database, said)

    def _taken(self) -> list[Wish]:
        """What is pending: first who listens, then what is said, the same thing only once."""
        wishes, self.pending = self.pending, []
        said = dict.fromkeys(wish for wish in wishes if wish.verb == "NOTIFY")
        return [*(wish for wish in wishes if wish.verb != "NOTIFY"), *said]

    def rollback(self) -> None:
        self.pending.clear()

    def close(self) -> None:
        """The client is gone."""
        self._client.instance.channels.unlisten(self._client.database, None, self._client)


class _Command(Plain):
    def __init__(self, channels: Channels, wish: Wish) -> None:
        self._channels = channels
        self._wish = wish

    def execute(self, parameters: Sequence[object], parameter_oids: Sequence[int]) -> Result:  # noqa: ARG002
        if len(self._wish.payload.encode()) >= _LONGEST:
            raise SqlError("22023", "payload string too long")
        self._channels.pending.append(self._wish)
        return Result(None, (), self._wish.verb)
