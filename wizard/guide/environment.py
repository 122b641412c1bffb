"""The service's variables now and after the plan, without showing what may be a secret."""

from __future__ import annotations

import re

from msgspec import Struct

from wizard.answer_rules import env_literal
from wizard.errors import InputError
from wizard.flow.model import Model
from wizard.guide.targets import read_typed
from wizard.probe.targets import parse
from wizard.records import EnvValue, FromRevision, Literal, SecretRef, Service

HIDDEN = "(not shown: may be a secret)"

_TELLTALE = re.compile(
    r"(?i)(passw|pwd|secret|token|credential|api.?key|private.?key)\w*\W{0,3}[=:]|-----BEGIN|\bbearer "
)
"""A value that holds a secret beside other things: connection strings, JSON, keys in PEM."""


class Variable(Struct, frozen=True, kw_only=True):
    """A variable: `op` is create, change, reuse; `before` and `after` in words fit for a screen.

    `own` when it is one of the answers. `value` is the literal and `secret` the reference to begin an edit with; both
    are empty when there is nothing that may be shown.
    """

    name: str
    op: str
    before: str
    after: str
    note: str = ""
    own: bool = False
    value: str = ""
    secret: str = ""


class Suggestion(Struct, frozen=True, kw_only=True):
    """A variable that the targets suggest."""

    name: str
    value: str


def variables(model: Model) -> tuple[Variable, ...]:
    """Every variable of the service and of the answers, those of the answers first."""
    service = service_of(model)
    held = service.env if service is not None else {}
    answers = model.answers
    wanted: dict[str, EnvValue] = {name: Literal(value) for name, value in answers.env.items()}
    wanted |= {name: _reference(text) for name, text in answers.secrets.items()}
    rows = [_wanted(model, name, value, held.get(name)) for name, value in wanted.items()]
    rows += [_kept(name, value) for name, value in held.items() if name not in wanted]
    return tuple(rows)


def _wanted(model: Model, name: str, value: EnvValue, before: EnvValue | None) -> Variable:
    op = "create" if before is None else "reuse" if before == value else "change"
    shown = words(name, before) if before is not None else ""
    return Variable(
        name=name,
        op=op,
        before=shown,
        after=words(name, value),
        note=_note(model, value),
        own=True,
        value=_literal(name, value),
        secret=_secret(value),
    )


def _kept(name: str, value: EnvValue) -> Variable:
    shown = words(name, value)
    return Variable(
        name=name, op="reuse", before=shown, after=shown, value=_literal(name, value), secret=_secret(value)
    )


def _literal(name: str, value: EnvValue) -> str:
    return value.value if isinstance(value, Literal) and _harmless(name, value.value) else ""


def _secret(value: EnvValue) -> str:
    return f"{value.secret}:{value.version}" if isinstance(value, SecretRef) else ""


def _note(model: Model, value: EnvValue) -> str:
    if not isinstance(value, SecretRef) or model.inventory is None:
        return ""
    known = model.inventory.secrets.get(value.secret)
    if known is None:
        return "being looked up" if model.reading else "whether the secret exists could not be read"
    return "" if known else f"there is no secret {value.secret} in this project"


def _reference(text: str) -> SecretRef:
    secret, _, version = text.partition(":")
    return SecretRef(secret, version)


def words(name: str, value: EnvValue) -> str:
    """What may be shown of a variable: a literal only when neither its name nor its value looks like a secret."""
    match value:
        case Literal():
            if not _harmless(name, value.value):
                return HIDDEN
            return value.value or "(empty)"
        case SecretRef():
            return f"secret {value.secret}:{value.version}"
        case FromRevision():
            return f"as in {value.revision}"
        case _:
            return "unset"


def _harmless(name: str, value: str) -> bool:
    try:
        env_literal(name, value, "env")
    except InputError:
        return False
    return _TELLTALE.search(value) is None


def service_of(model: Model) -> Service | None:
    """The service as it was read."""
    if model.inventory is None:
        return None
    return next((s for s in model.inventory.services if s.name == model.answers.service), None)


def summary(model: Model) -> str:
    """`2 new, 1 changed, 3 kept`; empty without any."""
    ops = [variable.op for variable in variables(model)]
    said = (("create", "new"), ("change", "changed"), ("reuse", "kept"))
    return ", ".join(f"{ops.count(op)} {word}" for op, word in said if op in ops)


_NAMES = {"redis": "REDIS", "rediss": "REDIS", "postgres": "DB", "mysql": "DB", "http": "API", "https": "API"}


def suggestions(model: Model) -> tuple[Suggestion, ...]:
    """Host and port of each target under a usual name, where the service has no such variable yet."""
    service = service_of(model)
    taken = {*model.answers.env, *model.answers.secrets, *(service.env if service is not None else {})}
    found: dict[str, str] = {}
    for url in model.answers.targets:
        if read_typed(url).problem:
            continue
        target = parse(url)
        stem = _NAMES.get(target.scheme)
        if stem is not None:
            found.setdefault(f"{stem}_HOST", target.host)
            found.setdefault(f"{stem}_PORT", str(target.port))
    return tuple(Suggestion(name=name, value=value) for name, value in found.items() if name not in taken)
