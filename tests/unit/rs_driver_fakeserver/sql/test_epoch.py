from __future__ import annotations

import pytest

from rs_driver_fakeserver.sql.epoch import Changes, Watch, changes_tables


@pytest.mark.parametrize("word", ["create", "alter", "drop"])
def test_ddl(word: str) -> None:
    assert changes_tables([word])


@pytest.mark.parametrize("words", [[], ["select"], ["truncate"], ["insert"]])
def test_no_ddl(words: list[str]) -> None:
    assert not changes_tables(words)


def test_a_change_is_seen_by_all() -> None:
    changes = Changes()
    one, two = Watch(changes), Watch(changes)
    before = two.now
    one.changed()
    assert one.now == two.now == two.seen > before


def test_a_transaction_may_see_what_was() -> None:
    changes = Changes()
    one, two = Watch(changes), Watch(changes)
    two.begin()
    one.changed()
    assert two.seen < two.now
    two.commit()
    assert two.seen == two.now


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_the_end_of_a_transaction_with_ddl_is_a_change(ending: str) -> None:
    watch = Watch(Changes())
    watch.begin()
    watch.changed()
    during = watch.now
    getattr(watch, ending)()
    after = watch.now
    assert after > during
    watch.begin()
    getattr(watch, ending)()
    assert watch.now == after
