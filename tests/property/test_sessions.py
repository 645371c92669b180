"""Whatever goes wrong, no row is another question's, and none is missing without an error.

Random sessions of the public API against the fake server: cursors of both kinds in any order,
faults of the server, exceptions and cancels at any call of the transport. Each answer names
its question (``support.numbered``), and every error must have its reason.
"""

from __future__ import annotations

from hypothesis import settings

from support.client_shells import AsyncClient, SyncClient
from support.session_machine import Sessions

EXAMPLES = settings().max_examples // 2


class InMemory(Sessions):
    make = SyncClient


class AsyncInMemory(Sessions):
    make = AsyncClient


class OverTcp(Sessions):
    in_memory = False
    slow = 0.4
    patience = (0.3, 20.0)
    timeouts = (0.0, 0.05, 30.0)


class AsyncOverTcp(OverTcp):
    make = AsyncClient


TestInMemory = InMemory.TestCase
TestInMemory.settings = settings(max_examples=EXAMPLES, stateful_step_count=30)
TestAsyncInMemory = AsyncInMemory.TestCase
TestAsyncInMemory.settings = settings(max_examples=EXAMPLES, stateful_step_count=30)
TestOverTcp = OverTcp.TestCase
TestOverTcp.settings = settings(max_examples=EXAMPLES // 8, stateful_step_count=20)
TestAsyncOverTcp = AsyncOverTcp.TestCase
TestAsyncOverTcp.settings = settings(max_examples=EXAMPLES // 8, stateful_step_count=20)
