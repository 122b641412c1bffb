"""What a single answer must be. Every rule takes the text and the key it stands under, and raises InputError."""

from __future__ import annotations

import re

from wizard.errors import InputError
from wizard.network import ranges
from wizard.wording import shown

AUTO = "auto"
LONGEST_TEXT = 4096

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_RESERVED = frozenset(
    {"PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"}
    | {f"CLOUD_RUN_{name}" for name in ("JOB", "EXECUTION", "TASK_INDEX", "TASK_ATTEMPT", "TASK_COUNT")}
)
"""Set by Cloud Run itself (https://cloud.google.com/run/docs/container-contract#env-vars)."""

_SECRET_NAME = re.compile(r"PASSW|SECRET|CREDENTIAL|PRIVATE_?KEY|API_?KEY|TOKEN(?![A-Z])")
_PASSWORD_IN_URL = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,255}:(latest|[1-9][0-9]*|[A-Za-z_][A-Za-z0-9_-]{0,62})", re.ASCII)
_IMAGE = re.compile(r"[a-z0-9][A-Za-z0-9._:/@-]*", re.ASCII)
_LONGEST_IMAGE = 1024


def anything(text: str, field: str) -> None:
    """Any text is fine."""


def target(text: str, field: str) -> None:
    """A URL or host:port that the probe can test."""
    from wizard.probe.targets import parse

    parse(text)


def image(text: str, field: str) -> None:
    """The name of a container image."""
    if len(text) > _LONGEST_IMAGE or not _IMAGE.fullmatch(text):
        rule = "must be an image name: a registry path without spaces, with a tag or digest"
        raise _refused("image", text, rule, field, "us-docker.pkg.dev/cloudrun/container/hello")


def cidr_or_auto(text: str, field: str) -> None:
    """`auto` or an IPv4 range in CIDR notation; whether it is free is for the plan to say."""
    if text != AUTO:
        ranges.parse(text, field=field)


def env_name(name: str, field: str) -> None:
    """The name of an environment variable that Cloud Run lets a service set."""
    if len(name) > LONGEST_TEXT or not _ENV_NAME.fullmatch(name):
        rule = "must be letters, digits and underscores, first not a digit"
        raise _refused("variable name", name, rule, field, "REDIS_HOST")
    if name in _RESERVED or name.startswith("X_GOOGLE_"):
        raise InputError(
            f"variable name {name}: is reserved by Cloud Run", field=f"{field}.{name}", fix="for example APP_" + name
        )


def env_literal(name: str, value: str, field: str) -> None:
    """A variable in the clear: neither its name nor its value may be that of a secret."""
    env_name(name, field)
    where = f"{field}.{name[:60]}"
    fix = f'put it into Secret Manager and say {name[:60]} = "secret-name:latest" under [secrets] (--secret)'
    if _SECRET_NAME.search(name.upper()):
        raise InputError(f"{where}: its name says that it is a secret, and env is in the clear", field=where, fix=fix)
    if _PASSWORD_IN_URL.search(value):
        raise InputError(f"{where}: the URL in it holds a password, and env is in the clear", field=where, fix=fix)


def secret_reference(name: str, value: str, field: str) -> None:
    """`secret:version`. What was given is never repeated in the error: it may be the secret itself."""
    env_name(name, field)
    if not _SECRET.fullmatch(value):
        where = f"{field}.{name[:60]}"
        raise InputError(
            f"{where}: must name a secret and its version, not hold a value",
            field=where,
            fix='for example "db-password:latest"',
        )


def writable(text: str, field: str) -> None:
    """Text that can stand in a file and on a command line: UTF-8, not endless, no NUL."""
    if len(text) > LONGEST_TEXT:
        raise _refused("text", text, f"has {len(text)} characters; at most {LONGEST_TEXT} are possible", field)
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise _refused("text", text, "must be valid UTF-8 without NUL", field)


def _refused(what: str, text: str, rule: str, field: str, example: str = "") -> InputError:
    fix = f"for example {example}" if example else ""
    return InputError(f"{what} {shown(text)}: {rule}", field=field, fix=fix)
