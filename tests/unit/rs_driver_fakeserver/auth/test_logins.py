from __future__ import annotations

import threading

from rs_driver_fakeserver.auth.logins import Login, Logins


def login(user: str, refused: str | None = None) -> Login:
    return Login(1, user, "dev", refused=refused)


def test_who_is_in_and_who_is_not() -> None:
    logins = Logins()
    for user, refused in (("a", None), ("b", "wrong password"), ("c", None)):
        logins.add(login(user, refused))
    assert [found.user for found in logins] == ["a", "c"]
    assert (len(logins), logins[-1].user) == (2, "c")
    assert logins[:1] == (login("a"),)
    assert [(found.user, found.refused) for found in logins.refused] == [("b", "wrong password")]
    assert login("a") in logins
    assert "wrong password" in repr(logins)


def test_forgetting() -> None:
    logins = Logins()
    logins.add(login("a"))
    logins.add(login("b", "no"))
    logins.clear()
    assert (list(logins), logins.refused) == ([], ())


def test_there_is_a_bound() -> None:
    logins = Logins()
    for number in range(1500):
        logins.add(login(str(number)))
        logins.add(login(str(number), "no"))
    assert (len(logins), len(logins.refused)) == (1000, 1000)
    assert logins[-1].user == "1499"


def test_logins_are_numbered_by_all_threads_until_they_are_forgotten() -> None:
    logins = Logins()
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.extend(logins.take_number() for _ in range(100)))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(500))
    logins.clear()
    assert logins.take_number() == 0
