"""The place of the engine's session in a transaction, whoever sits there at the moment.

PREPARE TRANSACTION takes the session away, with all that it has done, and puts a new one
in its place.
"""

from __future__ import annotations

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import EngineSession


class Seat:
    """A ``transaction.Participant`` for ``client.engine``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def begin(self) -> None:
        if self._client.engine is not None:
            self._client.engine.begin()

    def commit(self) -> None:
        if self._client.engine is not None:
            self._client.engine.commit()

    def rollback(self) -> None:
        if self._client.engine is not None:
            self._client.engine.rollback()

    def take(self) -> EngineSession | None:
        """The session with its open transaction; a new one, in a new one, is in its place."""
        client = self._client
        taken, engine = client.engine, client.instance.engine
        if engine is not None:
            client.engine = engine.open_session(client.user, client.database)
            client.engine.begin()  # as the transaction's other participants are in one
        return taken
