"""Reading the answers of a migration (TOML), with errors that name file, key, rule and example."""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path

import msgspec
from msgspec import Struct

from wizard.answers import ProbeAnswers
from wizard.answers_file import text_of
from wizard.errors import InputError
from wizard.fleet.answers import (
    FLOW,
    FinishAnswers,
    MigrateAnswers,
    RolloutAnswers,
    StageAnswers,
    WaveAnswers,
)
from wizard.fleet.rollout import check_waves
from wizard.fleet.validate import check_answers
from wizard.wording import shown

VERSION = 1
_TABLES: dict[str, type[Struct]] = {
    "": MigrateAnswers,
    "stages": StageAnswers,
    "rollout": RolloutAnswers,
    "wave": WaveAnswers,
    "probe": ProbeAnswers,
    "finish": FinishAnswers,
}
_UNKNOWN = re.compile(r"unknown field `(?P<key>[^`]*)`(?: - at `\$\.?(?P<at>[^`]*)`)?", re.DOTALL)
_WRONG = re.compile(r"(?P<rule>.*?) - at `\$\.?(?P<at>[^`]*)`", re.DOTALL)
_EXAMPLE = 'begin with: version = 1, flow = "migrate", then for example connector = "my-connector"'


def load(path: Path) -> MigrateAnswers:
    """The answers that a file gives. Raises InputError naming the file and what is wrong with it."""
    name, text = text_of(path)
    try:
        return parse(text)
    except InputError as error:
        prefixed = error.message if error.message.startswith(name) else f"{name}: {error.message}"
        raise InputError(prefixed, field=error.field, fix=error.fix, code=error.code) from error


def parse(text: str) -> MigrateAnswers:
    """The answers in a TOML text. Raises InputError for what is no TOML, no known key or no fitting value."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"is not TOML: {shown(str(error), 120)[1:-1]}", field="--answers", fix=_EXAMPLE) from error
    _check_head(document)
    try:
        answers = msgspec.convert(document, MigrateAnswers)
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from error
    check_answers(answers)
    check_waves(answers)
    return answers


def flow_of(path: Path) -> str:
    """The flow that an answers file is for; empty when it does not say. Raises InputError when it cannot be read."""
    _, text = text_of(path)
    try:
        flow = tomllib.loads(text).get("flow", "")
    except (tomllib.TOMLDecodeError, RecursionError):
        return ""
    return flow if isinstance(flow, str) else ""


def _check_head(document: dict[str, object]) -> None:
    version = document.get("version")
    if type(version) is not int or version != VERSION:
        what = "is missing" if version is None else f"is {shown(version, 20)}"
        message = f"version {what}: this program reads version {VERSION}"
        raise InputError(message, field="version", fix=f"version = {VERSION}")
    flow = document.get("flow", "setup")
    if flow != FLOW:
        fix = "runvpc setup --answers FILE" if flow == "setup" else f'flow = "{FLOW}"'
        raise InputError(f"flow is {shown(flow, 20)}: must be {FLOW} for runvpc migrate", field="flow", fix=fix)


def _explained(message: str) -> InputError:
    unknown = _UNKNOWN.search(message)
    if unknown is not None:
        table = re.sub(r"\[.*?\]", "", unknown["at"] or "").strip(".")
        known = _TABLES.get(table, MigrateAnswers).__struct_fields__
        near = difflib.get_close_matches(unknown["key"], known, n=1, cutoff=0.5)
        fix = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(known)}"
        where = f" in [{table}]" if table else ""
        return InputError(
            f"unknown key {shown(unknown['key'], 40)}{where}", field=unknown["key"][:40], fix=fix, code="unknown_key"
        )
    wrong = _WRONG.search(message)
    field, rule = (wrong["at"], wrong["rule"]) if wrong else ("", message)
    field = re.sub(r"\[\.\.\.\]", "", field)
    return InputError(f"{field or 'answers'}: {_plain(rule)}", field=field[:40], fix=_example(field))


def _plain(rule: str) -> str:
    """The rule in the words of TOML."""
    for of_json, of_toml in (("`array`", "a list"), ("`str`", "text"), ("`object`", "a table"), ("`bool`", "a switch")):
        rule = rule.replace(of_json, of_toml)
    return rule.replace("`int`", "a whole number").replace("`float`", "a number").replace("Expected", "must be", 1)


def _example(field: str) -> str:
    """A line for the key: what it is by default, or a name where that would be empty."""
    table, _, key = field.rpartition(".")
    if field.startswith("wave"):
        return 'for example [[wave]] services = ["web"]'
    holder = _TABLES.get(table)
    if field.startswith("targets") or holder is None or key not in holder.__struct_fields__:
        return 'for example [targets] web = ["redis://10.0.0.3:6379"]'
    default = getattr(holder(), key)
    filled = default if default != () else ("web",)
    return f"for example {key} = {msgspec.json.encode(filled).decode()}"
