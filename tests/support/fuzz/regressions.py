"""What was found once, by target. ``make fuzz`` prints the lines to be added here."""

from __future__ import annotations

from collections.abc import Sequence

FOUND: Sequence[tuple[str, str]] = (
    # A timestamp without the offset that it needs had an Arrow form, but no Python one.
    ("codec:TIMESTAMPTZ:text", "323032342d30322d32392031343a34353a33302e3132"),
    # A text that only differs from a DSN by where its password stands.
    ("config:dsn", b"postgresql://alice:x@[::1]/a:Hunter2%40@db:5439/dev".hex()),
)
"""The target, and the input in hex."""
