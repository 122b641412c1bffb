"""One variable as it is being typed: a name, and either a value in the clear or a reference to a secret."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from wizard.answer_rules import env_literal, env_name, secret_reference, writable
from wizard.answers import Answers
from wizard.errors import InputError

NAME, VALUE, SECRET = "name", "value", "secret"


class Draft(Struct, frozen=True, kw_only=True):
    """What stands in the three fields. `given` when a value was typed, be it an empty one."""

    name: str
    value: str = ""
    secret: str = ""
    given: bool = False

    @property
    def empty(self) -> bool:
        return not (self.name or self.value or self.secret)


class Refusal(Struct, frozen=True, kw_only=True):
    """What is wrong, and beside which field (`name`, `value`, `secret`) to say so."""

    field: str
    message: str


def draft(name: str, value: str, secret: str) -> Draft:
    """The draft of three fields; `NAME=VALUE` typed or pasted into one of them counts as both."""
    if "=" in name and not (value or secret):
        name, _, value = name.partition("=")
        return Draft(name=name.strip(), value=value.strip(), given=True)
    if "=" in secret and not (name or value):
        name, _, secret = secret.partition("=")
    return Draft(name=name.strip(), value=value.strip(), secret=secret.strip(), given=bool(value.strip()))


def judge(typed: Draft) -> Refusal | None:
    """The first thing that is wrong, by the same rules as on the command line; None when all is well."""
    try:
        env_name(typed.name, "env")
    except InputError as error:
        return Refusal(field=NAME, message=_said(error) if typed.name else "a name is missing")
    if typed.secret and (typed.value or typed.given):
        return Refusal(field=SECRET, message="either a value or a secret, not both")
    if typed.secret:
        return _judged(SECRET, lambda: secret_reference(typed.name, typed.secret, "secrets"))
    if not typed.given:
        return Refusal(field=VALUE, message="a value is missing, or a secret below")
    return _judged(VALUE, lambda: _literal(typed))


def _literal(typed: Draft) -> None:
    writable(typed.value, "env")
    env_literal(typed.name, typed.value, "env")


def _judged(field: str, rule: Callable[[], None]) -> Refusal | None:
    try:
        rule()
    except InputError as error:
        return Refusal(field=field, message=_said(error))
    return None


def _said(error: InputError) -> str:
    """The message without the key that it begins with on a command line: here it stands beside the field."""
    said = error.message.removeprefix(f"{error.field}: ")
    if "Secret Manager" in error.fix:
        return f"{said}; name it under Secret instead"
    return f"{said}; {error.fix}" if error.fix else said


def with_variable(answers: Answers, typed: Draft) -> dict[str, dict[str, str]]:
    """The answers `env` and `secrets` with this variable. It is either in the clear or a reference, never both."""
    both = without(answers, typed.name)
    if typed.secret:
        both["secrets"][typed.name] = typed.secret
    else:
        both["env"][typed.name] = typed.value
    return both


def without(answers: Answers, name: str) -> dict[str, dict[str, str]]:
    """The answers `env` and `secrets` without this variable: it stays as the service has it."""
    return {
        "env": {key: value for key, value in answers.env.items() if key != name},
        "secrets": {key: value for key, value in answers.secrets.items() if key != name},
    }
