"""Reading the answers file (TOML), with errors that name file, key, rule and example."""

from __future__ import annotations

import difflib
import math
import tomllib
from pathlib import Path

from wizard.answer_check import check_value, wrong
from wizard.answers import TABLES, Value
from wizard.errors import InputError
from wizard.question import Kind, Question
from wizard.questions import BY_KEY
from wizard.wording import shown

VERSION = 1
FLOW = "setup"
LARGEST_BYTES = 1_000_000

_LONGEST_NAME = 120


def load(path: Path) -> dict[str, Value]:
    """The answers that the file gives, by key. Raises InputError naming the file and what is wrong with it."""
    name, text = text_of(path)
    try:
        return parse(text)
    except InputError as error:
        prefixed = error.message if error.message.startswith(name) else f"{name}: {error.message}"
        raise InputError(prefixed, field=error.field, fix=error.fix, code=error.code) from error


def text_of(path: Path) -> tuple[str, str]:
    """The file's name, fit to be shown, and its text. Raises InputError when it cannot be read."""
    name = _named(path)
    return name, _read(path, name)


def _named(path: Path) -> str:
    """The file's name on one line; of a long one the end, which tells most."""
    text = ascii(str(path))[1:-1]
    return text if len(text) <= _LONGEST_NAME else "..." + text[-_LONGEST_NAME:]


def _read(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}", field="--answers", fix="name an answers file (TOML)") from error
    except ValueError as error:
        raise InputError(f"{name}: is no file name", field="--answers", fix="name an answers file (TOML)") from error
    if len(content) > LARGEST_BYTES:
        raise InputError(f"{name}: has more than {LARGEST_BYTES} bytes", field="--answers", fix=_EXAMPLE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: is not text in UTF-8", field="--answers", fix=_EXAMPLE) from error
    if not text.strip():
        raise InputError(f"{name}: is empty", field="--answers", fix=_EXAMPLE)
    return text


_EXAMPLE = 'begin with: version = 1, then for example service = "my-service"'


def parse(text: str) -> dict[str, Value]:
    """The answers in a TOML text, by key. Raises InputError for what is no TOML, no known key or no fitting value."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"is not TOML: {shown(str(error), 120)[1:-1]}", field="--answers", fix=_EXAMPLE) from error
    _check_version(document)
    return {key: _value(key, value) for key, value in _flat(document).items()}


def _check_version(document: dict[str, object]) -> None:
    version = document.pop("version", None)
    if type(version) is not int or version != VERSION:
        what = "is missing" if version is None else f"is {shown(version, 20)}"
        message = f"version {what}: this program reads version {VERSION}"
        raise InputError(message, field="version", fix=f"version = {VERSION}")
    flow = document.pop("flow", FLOW)
    if flow != FLOW:
        fix = "runvpc migrate --answers FILE" if flow == "migrate" else f'flow = "{FLOW}"'
        raise InputError(f"flow is {shown(flow, 20)}: must be {FLOW}", field="flow", fix=fix)


def _flat(document: dict[str, object]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in document.items():
        if name not in TABLES:
            flat[name] = value
        elif isinstance(value, dict):
            flat |= {f"{name}.{inner}": held for inner, held in value.items()}
        else:
            raise InputError(f"{name} is {shown(value, 40)}: must be a table", field=name, fix=f"[{name}]")
    return flat


def _value(key: str, value: object) -> Value:
    question = BY_KEY.get(key)
    if question is None:
        near = difflib.get_close_matches(key, BY_KEY, n=1, cutoff=0.5)
        fix = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(BY_KEY)}"
        raise InputError(f"unknown key {shown(key, 40)}", field=key[:40], fix=fix, code="unknown_key")
    typed = _typed(question, value)
    check_value(question, typed)
    return typed


def _typed(question: Question, value: object) -> Value:
    """The value if it has the question's type."""
    kind = question.kind
    if kind is Kind.TEXT and isinstance(value, str):
        return value
    if kind is Kind.LIST and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if kind is Kind.PAIRS and isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
        return dict(value)
    if isinstance(value, bool):
        if kind is Kind.SWITCH:
            return value
    elif kind is Kind.WHOLE and isinstance(value, int):
        return value
    elif kind is Kind.NUMBER and isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    rule = f"must be {kind.value}"
    raise _wrong_pairs(question, rule) if kind is Kind.PAIRS else wrong(question, value, rule)


def _wrong_pairs(question: Question, rule: str) -> InputError:
    """Without the value: it may be a secret."""
    name, _, value = question.example.partition("=")
    return InputError(
        f"[{question.key}]: {rule}", field=question.key, fix=f'for example {name} = "{value}" under [{question.key}]'
    )
