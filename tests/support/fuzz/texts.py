"""What people and their files say: connection texts, the files of libpq, SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rs_driver.config.options import OPTIONS
from rs_driver.config.sources import resolve
from rs_driver.domain.classify import classify
from rs_driver.domain.lexer import spans
from rs_driver.domain.parameters import PARAMSTYLES, rewrite
from rs_driver.errors import DataError, InterfaceError, ProgrammingError
from support.fuzz.target import Target
from support.placeholder_model import FRAGMENTS, MARKS, keywords, tokens

SECRET = "Hunter2"
"""Part of the passwords among the seeds: no error may quote it."""
_USER = {"host": "db", "user": "alice"}
_NAMES = [name.encode() for option in OPTIONS for name in (option.name, *option.aliases)]
_DSN_WORDS = (
    *_NAMES,
    *(b"://", b"@", b"%", b"%00", b"%2f", b"%zz", b"?", b"&", b"=", b"[::1]", b":5439", b"/"),
    *(b"'", b"\\", b" ", b"\0", b"\n", b"*", b"[", b"]", b"#", b"\xff", b"1e9", b"nan", b"-1"),
)


def _resolved(
    kwargs: Mapping[str, object], environ: Mapping[str, str], files: Mapping[str, str]
) -> None:
    """A configuration whose repr keeps the password, or an error that does."""
    try:
        config = resolve(kwargs, environ, files.get)
    except InterfaceError as error:
        if SECRET in str(error):
            raise AssertionError("the error quotes the password") from error
        raise
    if config.password is not None:
        assert repr(config) == repr(replace(config, password="another"))


def _dsn(data: bytes) -> None:
    _resolved({"dsn": _text(data)}, {}, {})


def _service(data: bytes) -> None:
    _resolved({"service": "mine"}, {"PGSERVICEFILE": "f"}, {"f": _text(data)})


def _passfile(data: bytes) -> None:
    _resolved({**_USER, "passfile": "f"}, {}, {"f": _text(data)})


def _environment(data: bytes) -> None:
    pairs = (line.partition("=") for line in _text(data).split("\n"))
    _resolved(_USER, {name: value for name, _, value in pairs}, {})


def _text(data: bytes) -> str:
    """Bytes that are no UTF-8 are lone surrogates, as in what the system hands to Python."""
    return data.decode("utf-8", "surrogateescape")


def _lexed(data: bytes) -> None:
    """As the model reads it; a text of which a rewriting is refused is one, all the same."""
    sql = data.decode("utf-8", "replace")
    for escapes in (False, True):
        for style, mark in MARKS.items():
            kinds = {"place": "mark", "native": "native"}
            model = tokens(sql, style, escapes)
            expected = [(kinds[t.kind], t.start, t.stop) for t in model if t.kind in kinds]
            assert list(spans(sql, mark, escapes)) == expected
        assert classify(sql, escapes).keywords == keywords(sql, escapes)


def _rewritten(style: str) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        rewrite(data.decode("utf-8", "replace"), style, backslash_escapes=False)

    return run


def _sql() -> Sequence[bytes]:
    whole = "select %s, :a, ?, :1, $1 from t -- x\n where a['b':c] = e'\\'' /* /* */ */ and $$?$$"
    return [whole.encode(), "".join(FRAGMENTS).encode(), b"select 'a'; select \"b\""]


_SQL_WORDS = tuple(fragment.encode() for fragment in FRAGMENTS)
_DSNS = (
    f"redshift://alice:{SECRET}%40@db.example:5439/dev?sslmode=require&connect_timeout=3",
    f"postgresql://alice:{SECRET}@[::1]/dev?application_name=a%20b&require_auth=md5,none",
    f"host=db user='al ice' password='{SECRET} \\' x' port=5439 sslmode=prefer",
)
_SERVICES = (
    f"# x\n[other]\nhost=a\n\n[mine]\nhost = db\nuser=alice\npassword={SECRET}\nport=5439\n",
    f"[mine]\nhost=db\ndbname=dev\nuser=alice\npassword={SECRET} 2\n[last]\n",
)
_PASSFILES = (
    f"# x\ndb:5439:*:alice:{SECRET}\\:\\\\x\n*:*:*:*:{SECRET}\n",
    f"d\\:b:*:dev:bob:x\ndb:*:alice:alice:{SECRET}",
)
_ENVIRONMENTS = (f"PGHOST=db\nPGUSER=bob\nPGPASSWORD={SECRET}\nPGPORT=5439\nPGSSLMODE=require",)


def _seeds(texts: Sequence[str]) -> Callable[[], Sequence[bytes]]:
    return lambda: [text.encode() for text in texts]


_CONFIGURATION: Sequence[tuple[str, Any, Sequence[str]]] = (
    ("dsn", _dsn, _DSNS),
    ("service-file", _service, _SERVICES),
    ("password-file", _passfile, _PASSFILES),
    ("environment", _environment, _ENVIRONMENTS),
)
TARGETS: Sequence[Target] = (
    *(
        Target(f"config:{name}", run, _seeds(texts), (InterfaceError,), _DSN_WORDS)
        for name, run, texts in _CONFIGURATION
    ),
    Target("sql:lexer", _lexed, _sql, (), _SQL_WORDS, cost=20),
    *(
        Target(f"sql:{style}", _rewritten(style), _sql, (ProgrammingError, DataError), _SQL_WORDS)
        for style in PARAMSTYLES
    ),
)
