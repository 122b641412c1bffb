"""The service's variables now and after the plan, without showing what may be a secret."""

from __future__ import annotations

from msgspec import Struct

from wizard.answer_rules import env_literal
from wizard.errors import InputError
from wizard.flow.model import Model
from wizard.guide.targets import read_typed
from wizard.probe.targets import parse
from wizard.records import EnvValue, FromRevision, Literal, SecretRef, Service

HIDDEN = "(not shown: may be a secret)"


class Variable(Struct, frozen=True, kw_only=True):
    """A variable: `op` is create, change, reuse; `before` and `after` in words fit for a screen."""

    name: str
    op: str
    before: str
    after: str
    note: str = ""


class Suggestion(Struct, frozen=True, kw_only=True):
    """A variable that the targets suggest."""

    name: str
    value: str


def variables(model: Model) -> tuple[Variable, ...]:
    """Every variable of the service and of the answers, those that change first."""
    service = service_of(model)
    held = service.env if service is not None else {}
    answers = model.answers
    wanted: dict[str, EnvValue] = {name: Literal(value) for name, value in answers.env.items()}
    wanted |= {name: _reference(text) for name, text in answers.secrets.items()}
    rows = [_wanted(model, name, value, held.get(name)) for name, value in wanted.items()]
    rows += [
        Variable(name=name, op="reuse", before=words(name, value), after=words(name, value))
        for name, value in held.items()
        if name not in wanted
    ]
    return tuple(rows)


def _wanted(model: Model, name: str, value: EnvValue, before: EnvValue | None) -> Variable:
    op = "create" if before is None else "reuse" if before == value else "change"
    shown = words(name, before) if before is not None else ""
    return Variable(name=name, op=op, before=shown, after=words(name, value), note=_note(model, value))


def _note(model: Model, value: EnvValue) -> str:
    if not isinstance(value, SecretRef) or model.inventory is None:
        return ""
    known = model.inventory.secrets.get(value.secret)
    if known is None:
        return "whether the secret exists could not be read"
    return "" if known else f"there is no secret {value.secret} in this project"


def _reference(text: str) -> SecretRef:
    secret, _, version = text.partition(":")
    return SecretRef(secret, version)


def words(name: str, value: EnvValue) -> str:
    """What may be shown of a variable: a literal only when neither its name nor its value looks like a secret."""
    match value:
        case Literal():
            return value.value if _harmless(name, value.value) else HIDDEN
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
    return True


def service_of(model: Model) -> Service | None:
    """The service as it was read."""
    if model.inventory is None:
        return None
    return next((s for s in model.inventory.services if s.name == model.answers.service), None)


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
