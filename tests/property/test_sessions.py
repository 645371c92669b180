"""Whatever goes wrong, no row is another question's, and none is missing without an error.

Random sessions of the public API against the fake server: cursors of both kinds in any order,
faults of the server, exceptions and cancels at any call of the transport. Each answer names
its question (``support.numbered``), and every error must have its reason.
"""

from __future__ import annotations

from hypothesis import settings

from support.client_shells import AsyncClient, SyncClient
from support.session_machine import Sessions

EXAMPLES = settings.default.max_examples // 2


class InMemory(Sessions):
    make = SyncClient


class AsyncInMemory(Sessions):
    make = AsyncClient


TestInMemory = InMemory.TestCase
TestInMemory.settings = settings(max_examples=EXAMPLES, stateful_step_count=30)
TestAsyncInMemory = AsyncInMemory.TestCase
TestAsyncInMemory.settings = settings(max_examples=EXAMPLES, stateful_step_count=30)
