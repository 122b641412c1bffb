"""Finding targets in environment variables. Values that may be secrets are not looked at, credentials never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wizard.answer_rules import env_literal
from wizard.errors import InputError
from wizard.network.egress_modes import private_block
from wizard.probe.targets import parse

_KINDS: tuple[tuple[frozenset[str], str, int], ...] = (
    (frozenset({"REDIS", "CACHE", "MEMORYSTORE", "VALKEY", "MEMORYDB"}), "redis", 6379),
    (frozenset({"MYSQL", "MARIADB"}), "mysql", 3306),
    (frozenset({"POSTGRES", "POSTGRESQL", "PG", "PGSQL", "PGHOST", "DATABASE", "DB", "SQL"}), "postgres", 5432),
    (frozenset({"HTTPS"}), "https", 443),
    (frozenset({"API", "HTTP", "WEB", "BACKEND", "FRONTEND", "NGINX"}), "http", 80),
)
"""What a word in a variable's or a machine's name says about what listens there, and its usual port."""

_SCHEMES = {"postgresql": "postgres", "mariadb": "mysql", "rediss": "rediss", "https": "https", "wss": "https"}
_SCHEMES |= {name: name for name in ("redis", "postgres", "mysql", "http", "tcp")} | {"ws": "http"}
"""Schemes of URLs in the wild, and how the probe greets them; whatever else has a port is `tcp`."""

_USUAL = {"redis": 6379, "rediss": 6379, "postgres": 5432, "mysql": 3306, "http": 80, "https": 443}
_USUAL |= {"amqp": 5672, "amqps": 5671, "mongodb": 27017, "kafka": 9092, "nats": 4222, "memcached": 11211}
_BY_PORT = {"6379": "redis", "5432": "postgres", "3306": "mysql", "443": "https", "8443": "https"}
_BY_PORT |= dict.fromkeys(("80", "8080", "8000", "3000"), "http")

_URL = re.compile(r"(?:jdbc:)?(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]+)(?P<rest>.*)", re.ASCII)
"""An `@` in the rest means that a password has a `/` in it: such a text cannot be taken apart safely."""

_BETWEEN_URLS = re.compile(r"\s+|[,;](?=[A-Za-z][A-Za-z0-9+.-]*://)", re.ASCII)
_PAIR = re.compile(r"([^:/@]+):([0-9]{1,5})(?:/\S*)?", re.ASCII)
_SECRET_WORDS = frozenset({"PASS", "PWD", "PASSWD", "PASSPHRASE", "AUTH", "KEY", "SECRET", "TOKEN", "CREDENTIALS"})
_HOST_WORDS = frozenset({"HOST", "HOSTNAME", "ADDR", "ADDRESS", "IP", "SERVER", "ENDPOINT"})
_ADDRESS = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+", re.ASCII)
_LONGEST_VALUE = 4096


def targets_in(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Pairs of a variable's name and a target's URL that its value means. A URL's path and credentials are left out."""
    for name, value in values.items():
        if may_be_secret(name) or len(value) > _LONGEST_VALUE:
            continue
        for url in _in_value(name, value.strip(), values):
            try:
                yield name, parse(url).url
            except InputError:
                continue


def may_be_secret(name: str) -> bool:
    """Whether a variable's name says that its value is nobody's business."""
    if not _SECRET_WORDS.isdisjoint(_words(name)) and _words(name)[-1] not in (*_HOST_WORDS, "URL", "PORT"):
        return True
    try:
        env_literal(name, "", "env")
    except InputError:
        return True
    return False


def kind_of(name: str) -> tuple[str, int]:
    """Scheme and usual port that a name hints at; `tcp` and 0 when it hints at nothing."""
    words = set(_words(name))
    return next(((kind, port) for hints, kind, port in _KINDS if words & hints), ("tcp", 0))


def scheme_of_port(port: str) -> str:
    """How to greet what listens on this port; `tcp` when its number says nothing."""
    return _BY_PORT.get(port, "tcp")


def _words(name: str) -> list[str]:
    return re.split(r"[^A-Z0-9]+", name.upper())


def _in_value(name: str, value: str, values: Mapping[str, str]) -> Iterator[str]:
    """The URLs that a value means: it is one, or a list of `host:port`, or a host whose port is elsewhere."""
    if "://" in value:
        for text in _BETWEEN_URLS.split(value):
            yield from _in_url(text)
        return
    for part in re.split(r"[,;\s]+", value):
        pair = _PAIR.fullmatch(part)
        if pair is not None:
            if _is_host(name, pair[1], with_port=True):
                yield f"{_scheme(name, pair[2])}://{pair[1]}:{pair[2]}"
        elif _is_host(name, part, with_port=False):
            yield from _with_port(name, part, values)


def _in_url(text: str) -> Iterator[str]:
    """The hosts of a URL (some schemes have several), without credentials; `postgresql+psycopg` is PostgreSQL."""
    found = _URL.fullmatch(text)
    if found is None or "@" in found["rest"]:
        return
    base = found["scheme"].lower().partition("+")[0]
    greeting = _SCHEMES.get(base, "tcp")
    for endpoint in found["authority"].rpartition("@")[2].split(","):
        host, _, port = endpoint.partition(":")
        port = port or str(_USUAL.get(base) or _USUAL.get(greeting) or "")
        if port:
            yield f"{greeting}://{host}:{port}"


def _with_port(name: str, host: str, values: Mapping[str, str]) -> Iterator[str]:
    """`REDIS_HOST` with its `REDIS_PORT`, else with the port that is usual for its name."""
    words = _words(name)
    if words[-1] in _HOST_WORDS:
        beside = values.get("_".join((*words[:-1], "PORT")), "").strip()
    else:
        beside = values.get(f"{name}_PORT", "").strip()
    beside = beside or (values.get("PGPORT", "").strip() if name == "PGHOST" else "")
    port = beside if beside.isdigit() else str(kind_of(name)[1] or "")
    if port:
        yield f"{_scheme(name, port)}://{host}:{port}"


def _scheme(name: str, port: str) -> str:
    kind, usual = kind_of(name)
    return kind if usual else scheme_of_port(port)


def _is_host(name: str, text: str, *, with_port: bool) -> bool:
    """Private addresses are hosts anywhere; the rest where a port follows or the variable's name says host."""
    said = with_port or name == "PGHOST" or _words(name)[-1] in _HOST_WORDS
    if _ADDRESS.fullmatch(text):
        return said or _is_private(text)
    return said and bool(_NAME.fullmatch(text)) and text.rpartition(".")[2].isalpha()


def _is_private(address: str) -> bool:
    try:
        return bool(private_block(address))
    except InputError:
        return False
