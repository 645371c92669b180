"""Everything that code says beside what it returns: logs, warnings, prints."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator


class _Collector(logging.Handler):
    def __init__(self, texts: list[str]) -> None:
        super().__init__(level=1)
        self._texts = texts
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._texts += [self.format(record), repr(record.args)]


@contextlib.contextmanager
def hearing() -> Iterator[list[str]]:
    """The texts that are logged (from the lowest level on), warned and printed meanwhile."""
    texts: list[str] = []
    root = logging.getLogger()
    level, handler, printed = root.level, _Collector(texts), io.StringIO()
    root.addHandler(handler)
    root.setLevel(1)
    try:
        with (
            warnings.catch_warnings(record=True) as caught,
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            warnings.simplefilter("always")
            yield texts
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
        texts += [str(warning.message) for warning in caught]
        texts.append(printed.getvalue())
