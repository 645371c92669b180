from __future__ import annotations

import logging
import sys
import warnings

from rs_driver_fakeserver.conformance.hearing import hearing


def test_everything_is_heard() -> None:
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    with hearing() as texts:
        logging.getLogger("somewhere").debug("a %s", "log")
        warnings.warn("a warning", stacklevel=1)
        print("a print")
        sys.stderr.write("a cry")
    heard = "\n".join(texts)
    assert all(words in heard for words in ("a log", "a warning", "a print", "a cry"))
    assert (root.level, list(root.handlers)) == before
