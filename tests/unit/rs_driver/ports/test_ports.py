"""The ports are structural: a class satisfies one by its shape, and mypy can tell."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import conforming
from support.sources import ROOT, SRC

CONFORMING = Path(str(conforming.__file__))

# Each class is wrong in one way. mypy must refuse exactly the lines marked so.
NONCONFORMING = """
from __future__ import annotations

from collections.abc import Sequence

from rs_driver.ports.authenticator import Authenticator
from rs_driver.ports.clock import Clock
from rs_driver.ports.codec import (
    CodecMap, ColumnDecode, ParameterCodec, QuickDecode, TypeCodec,
)
from rs_driver.ports.credentials import Credentials, CredentialsProvider
from rs_driver.ports.faces import Faces
from rs_driver.ports.hooks import Hook
from rs_driver.ports.rows import Decoder, RowDecoder, RowScanner
from rs_driver.ports.transport import AsyncTransport, Peer, PeerOpener, TimedPeer, Transport
from support.conforming import (
    AsyncClosedTransport, ClosedTransport, DeafPeer, NoRows, OneCodec, PlainAuthenticator,
    NoFaces, SilentHook, UpperCaseCodec, UpperCaseColumns,
)


class BlockingTransport(ClosedTransport):
    def recv_into(self, view: memoryview, timeout: float) -> int | None:  # type: ignore[override]
        return 0


class TextClock:
    def monotonic(self) -> str:
        return "now"


class AsyncCredentials:
    async def get(self) -> Credentials:
        return Credentials("alice")


class MutePeer:
    closed = False

    def eof(self) -> None:
        pass


class TimelessPeer(DeafPeer):
    def pass_time(self, deadline: float | None) -> float:
        return 0.0


class BytesOpener:
    def open_peer(self) -> bytes:
        return b""


class NamelessAuthenticator:
    code = 3
    exchange = PlainAuthenticator.exchange


class TextOid(UpperCaseCodec):
    oid = "25"  # type: ignore[assignment]


class TextPythonType(UpperCaseCodec):
    python_type = "str"  # type: ignore[assignment]


class SlowDecode:
    def __call__(self, data: bytes) -> int:
        return 0


class NoWidth:
    type = UpperCaseColumns.type
    values = UpperCaseColumns.values
    buffer = UpperCaseColumns.buffer


class FaceOfNothing(NoFaces):
    polars = None  # type: ignore[assignment]


class HookOfTexts(SilentHook):
    def closed(self, event: str) -> None:  # type: ignore[override]
        pass


class OneParameterMap(OneCodec):
    encode_all = None  # type: ignore[assignment]


class LengthScanner:
    def scan(self, view: memoryview, columns: int) -> int:
        return 0


class NoPlan:
    def compile(self, fields: Sequence[object]) -> NoRows:
        return NoRows()


class NoColumns:
    tuples = NoRows.tuples


transport: Transport = BlockingTransport()  # wrong
synchronous: AsyncTransport = ClosedTransport()  # wrong
asynchronous: Transport = AsyncClosedTransport()  # wrong
clock: Clock = TextClock()  # wrong
credentials_provider: CredentialsProvider = AsyncCredentials()  # wrong
peer: Peer = MutePeer()  # wrong
timed_peer: TimedPeer = TimelessPeer()  # wrong
peer_opener: PeerOpener = BytesOpener()  # wrong
authenticator: Authenticator = NamelessAuthenticator()  # wrong
type_codec: TypeCodec = TextOid()  # wrong
parameter_codec: ParameterCodec = TextPythonType()  # wrong
quick_decode: QuickDecode = SlowDecode()  # wrong
column_decode: ColumnDecode = NoWidth()  # wrong
faces: Faces = FaceOfNothing()  # wrong
hook: Hook = HookOfTexts()  # wrong
codec_map: CodecMap = OneParameterMap()  # wrong
row_scanner: RowScanner = LengthScanner()  # wrong
row_decoder: RowDecoder = NoPlan()  # wrong
decoder: Decoder = NoColumns()  # wrong
right: Peer = DeafPeer()
"""


def protocols() -> set[str]:
    """The names of every Protocol in ``rs_driver.ports``."""
    found = set()
    for path in (SRC / "rs_driver" / "ports").glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(
                "Protocol" in ast.unparse(b) for b in node.bases
            ):
                found.add(node.name)
    return found


def annotated(source: str) -> set[str]:
    """The types to which the module assigns at its top level."""
    return {
        ast.unparse(node.annotation)
        for node in ast.parse(source).body
        if isinstance(node, ast.AnnAssign)
    }


def inheriting(source: str) -> Iterator[str]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and node.bases:
            yield node.name


def mypy(*paths: Path) -> tuple[int, str]:
    """Run mypy with the project's configuration: its exit status and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context", *paths],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_every_port_has_a_conforming_class() -> None:
    assert annotated(CONFORMING.read_text(encoding="utf-8")) == protocols()


def test_every_port_has_a_wrong_class() -> None:
    assert annotated(NONCONFORMING) == protocols()


def test_conforming_classes_do_not_inherit() -> None:
    assert list(inheriting(CONFORMING.read_text(encoding="utf-8"))) == []


def test_mypy_tells_right_from_wrong(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    wrong = tmp_path / "nonconforming.py"
    wrong.write_text(NONCONFORMING, encoding="utf-8")
    status, output = mypy(CONFORMING, wrong)
    lines = NONCONFORMING.splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    errors = re.findall(r"^(.*?):(\d+): error: (.*)$", output, re.MULTILINE)
    assert status == 1, output
    assert {Path(path).name for path, _, _ in errors} == {wrong.name}, output
    assert {int(line) for _, line, _ in errors} == marked, output
    assert all("[assignment]" in text for _, _, text in errors), output
