"""What an error shows of a SQL text: the line with the fault and a caret under it.

    LINE 2: ...from users wehre id = 1
                          ^

Whatever is in the text, what is shown is harmless on a terminal, as wide as the caret
believes, and bounded. And it holds no secret: where a text speaks of passwords or keys,
everything behind a quote is masked, with one ``*`` for each column. When in doubt, more
is masked. A text is only looked at when an error is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

WIDTH = 64
"""Columns of a line that are shown, without its label and the dots where it is cut."""
AFTER = 20
"""How many of these are kept for what follows the fault."""
CONTEXT_LINES = 10
CONTEXT_WIDTH = 200

ANALYSED = 100_000
"""Characters of a text whose quotes are told apart; in a longer one, none are."""

_SECRETS = tuple(
    "password passwd pwd passphrase credential secret token identified crypt "
    "access_key symmetric_key private_key api_key".split()
)
"""A text with one of these words in it may hold a secret."""

# Quoted things, in which others do not count. A group is empty where one never ends.
_PLAIN = r"'[^']*(?P<literal>'|\Z)"
_ESCAPED = r"'(?:[^'\\]|\\(?:.|\Z))*(?P<literal>'|\Z)"
_OTHERS = r'|"[^"]*(?P<name>"|\Z)|--[^\n]*|/\*.*?(?P<comment>\*/|\Z)'
_TAG = r"\$[A-Za-z_0-9\x80-\U0010ffff]*\$"
_DOLLARS = rf"|(?P<tag>{_TAG}).*?(?P<dollars>(?P=tag)|\Z)"
# What may begin a literal, and what people and their word processors take for a quote.
_QUOTE = f"['\"`\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb]|{_TAG}"


def pointed(sql: str, position: int, label: str = "") -> list[str]:
    """The line of ``sql`` with the character at ``position`` (from 1), and the caret's.

    One position behind the end is the end; nothing is shown for one further away.
    """
    at = position - 1
    if not 0 <= at <= len(sql):
        return []
    text = _unified(sql)
    start = text.rfind("\n", 0, at) + 1
    prefix = f"{label}LINE {text.count(chr(10), 0, at) + 1}: "
    left, right = _shown(text, start, at, _line_end(text, at))
    return [f"{prefix}{left}{right}".rstrip(), " " * (len(prefix) + _columns(left)) + "^"]


def opening(sql: str, label: str) -> list[str]:
    """The first line of ``sql`` that is not blank, as much as fits."""
    text = _unified(sql)
    start = len(text) - len(text.lstrip())
    stop = _line_end(text, start)
    _, line = _shown(text, start, start, stop, after=WIDTH)
    more = "..." if text[stop:].strip() and not line.endswith("...") else ""
    return [f"{label}{line}{more}"] if line else []


def surroundings(context: str) -> list[str]:
    """The server's CONTEXT, a bounded part of it, its SQL without secrets."""
    text = _unified(context.strip())
    masked_from = _masks(text)
    lines: list[str] = []
    start = 0
    while start < len(text) and len(lines) < CONTEXT_LINES:
        stop = _line_end(text, start)
        cut = min(stop, start + CONTEXT_WIDTH)
        cells = _cells(text[start:cut], masked_from(start, stop) - start)
        lines.append("".join(cells).rstrip() + ("..." if cut < stop else ""))
        start = stop + 1
    if start < len(text):
        lines.append("...")
    return [f"CONTEXT: {lines[0]}", *lines[1:]] if lines else []


def _unified(text: str) -> str:
    """With every line ended by one line feed; each character stays at its place."""
    return text.replace("\r\n", " \n").replace("\r", "\n")


def _line_end(text: str, at: int) -> int:
    stop = text.find("\n", at)
    return len(text) if stop < 0 else stop


def _shown(text: str, start: int, at: int, stop: int, after: int = AFTER) -> tuple[str, str]:
    """What is shown of the line ``text[start:stop]`` before ``at``, and from there on."""
    low, high = max(start, at - WIDTH), min(stop, at + WIDTH)
    cells = _cells(text[low:high], _masks(text)(start, stop) - low)
    before, behind = cells[: at - low], cells[at - low :]
    right, used = _fit(behind, after)
    left, used = _fit(before[::-1], WIDTH - used)
    right, _ = _fit(behind, WIDTH - used)
    head = "..." if low + len(before) - left > start else ""
    tail = "..." if at + right < stop else ""
    return head + "".join(before[len(before) - left :]), "".join(behind[:right]) + tail


def _fit(cells: Sequence[str], room: int) -> tuple[int, int]:
    """How many of ``cells`` fit into ``room`` columns, and how many they take."""
    used = 0
    for count, cell in enumerate(cells):
        columns = _columns(cell)
        if used + columns > room:
            return count, used
        used += columns
    return len(cells), used


def _cells(text: str, masked: int) -> list[str]:
    """What to print for each character; from the one at index ``masked`` on, ``*``."""
    cells = [_cell(character) for character in text]
    first = max(masked, 0)
    return cells[:first] + ["*" * _columns(cell) for cell in cells[first:]]


def _cell(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character == "\t" else character.encode("unicode_escape").decode()


def _columns(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width  # large, and seldom needed

    columns = 0
    for character in text:
        if category(character) not in ("Mn", "Me"):
            columns += 2 if east_asian_width(character) in ("W", "F") else 1
    return columns


# -- secrets ------------------------------------------------------------------------------


def _masks(text: str) -> Callable[[int, int], int]:
    """The function that tells from where on a line, ``text[start:stop]``, is masked."""
    lowered = text.lower()
    if not any(word in lowered for word in _SECRETS):
        return lambda _start, stop: stop
    import re

    quote = re.compile(_QUOTE)
    quoted = _quoted(text) if len(text) <= ANALYSED else None
    if quoted is None:
        first = quote.search(text)
        begin = first.start() if first else len(text)
        return lambda start, stop: min(max(begin, start), stop)

    def masked_from(start: int, stop: int) -> int:
        if any(first < start < last for first, last in quoted):
            return start
        found = quote.search(text, start, stop)
        return found.start() if found else stop

    return masked_from


def _quoted(text: str) -> list[tuple[int, int]] | None:
    """Everything quoted that reaches over a line's end, however the server lexes: with
    backslash escapes and without, with dollar quotes and without (``a$$`` is a name).

    None where a quote is never closed: nobody knows then what belongs to a literal.
    """
    import re

    found = []
    literals = (_PLAIN, _ESCAPED) if "\\" in text else (_PLAIN,)
    dollars = ("", _DOLLARS) if "$" in text else ("",)
    for pattern in (literal + _OTHERS + dollar for literal in literals for dollar in dollars):
        for match in re.finditer(pattern, text, re.DOTALL):
            if match.lastgroup and not match[match.lastgroup]:
                return None
            if "\n" in match.group():
                found.append(match.span())
    return found
