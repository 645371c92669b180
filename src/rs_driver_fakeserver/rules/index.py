"""The rules that may still answer, found fast: most of them are about one text."""

from __future__ import annotations

from rs_driver_fakeserver.rules.matchers import Text
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.sql.text import squeezed


class Index:
    """Rules by their text, and the others. Changed by one thread at a time, read by any."""

    def __init__(self) -> None:
        self._texts: dict[str, tuple[Rule, ...]] = {}  # newest first
        self._others: tuple[Rule, ...] = ()
        self.pure = True
        """No rule asks a test's function: the same SQL always gives the same rules."""

    def __bool__(self) -> bool:
        return bool(self._texts or self._others)

    def add(self, rule: Rule) -> None:
        """Add a rule, which comes before all the others."""
        if isinstance(rule.sql, Text):
            key = rule.sql.key
            self._texts[key] = (rule, *self._texts.get(key, ()))
        else:
            self._others = (rule, *self._others)
            self.pure = self.pure and rule.sql.pure

    def discard(self, rule: Rule) -> None:
        """Forget a rule, if it is there."""
        if isinstance(rule.sql, Text):
            left = _without(self._texts.get(rule.sql.key, ()), rule)
            if left:
                self._texts[rule.sql.key] = left
            else:
                self._texts.pop(rule.sql.key, None)
        else:
            self._others = _without(self._others, rule)

    def about(self, sql: str, normal: str) -> list[Rule]:
        """The rules about ``sql``, whose normal form is ``normal``, newest first.

        FunctionFailed where a test's function raises.
        """
        texts = self._texts.get(squeezed(normal), ())
        others = [rule for rule in self._others if rule.sql.matches(sql, normal)]
        if not (texts and others):
            return others or list(texts)
        return sorted((*texts, *others), key=lambda rule: -rule.serial)


def _without(rules: tuple[Rule, ...], rule: Rule) -> tuple[Rule, ...]:
    return tuple(one for one in rules if one is not rule)
