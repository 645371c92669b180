from __future__ import annotations

import subprocess
import sys

from rs_driver.adapters.auth.registry import builtin_authenticators


def test_every_method_under_its_code() -> None:
    methods = builtin_authenticators()
    assert {code: method.name for code, method in methods.items()} == {
        3: "password",
        5: "md5",
        10: "scram-sha-256",
        13: "digest",
        14: "idp-token",
    }
    assert all(code == method.code for code, method in methods.items())


def test_each_mapping_is_new() -> None:
    first = builtin_authenticators()
    first.clear()
    assert builtin_authenticators()


def test_scramp_is_not_loaded_before_it_is_needed() -> None:
    code = (
        "import sys; from rs_driver.adapters.auth.registry import builtin_authenticators; "
        "builtin_authenticators(); sys.exit('scramp' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
