"""The inventory as a table for spreadsheets (CSV), and targets by service from such a table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path

from wizard.errors import InputError
from wizard.fleet.describe import matches
from wizard.fleet.model import Fleet, group_of
from wizard.fleet.users import User
from wizard.network.names import check_service_name
from wizard.probe.targets import parse
from wizard.wording import shown

COLUMNS = (
    *("service", "kind", "region", "project", "template", "revisions", "percent"),
    *("tags", "egress", "owner", "targets", "note"),
)
NAMES, TARGETS = ("service", "name"), ("target", "targets")
LARGEST_BYTES = 10_000_000
JOB = "job:"

_FIELD = "--targets"
_FILE = "a CSV file with the columns service and targets"
_EXAMPLE = "for example a line: web,redis://10.0.0.3:6379"
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""What a spreadsheet takes for a formula (or would, without the quotes that stand before it already)."""
_SEPARATORS = re.compile(r"[\s,;]+")
_DELIMITERS = (",", ";", "\t")


def to_csv(fleet: Fleet, targets: Mapping[str, tuple[str, ...]], text: str = "") -> str:
    """One line for each user that matches `text`, with CRLF at its end; `targets` are URLs by group.

    Several revisions, their shares and the tags (`TAG=REVISION`) are separated by blanks. A cell that a spreadsheet
    would take for a formula has a quote before it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    entries = [(user, fleet.project, "") for user in fleet.users]
    entries += [(user, fleet.project, "keeps its connector: no change of its own moves it") for user in fleet.fixed]
    entries += [(user, one.project, "in another project") for one in fleet.elsewhere for user in one.users]
    for user, project, note in entries:
        if matches(user, text, project):
            wanted = () if note else targets.get(group_of(user), ())
            writer.writerow([_guarded(cell) for cell in (*_cells(user, project), " ".join(map(_plain, wanted)), note)])
    return out.getvalue()


def _cells(user: User, project: str) -> tuple[str, ...]:
    return (
        group_of(user),
        user.kind,
        user.region,
        project,
        "yes" if user.template else "no",
        " ".join(one.revision for one in user.serving),
        " ".join(str(one.percent) for one in user.serving),
        " ".join(f"{tag}={one.revision}" for one in user.serving for tag in one.tags),
        user.egress,
        user.owner,
    )


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _plain(url: str) -> str:
    """A URL without what separates two of them."""
    return url.replace(",", "%2C").replace(";", "%3B")


def load_targets(path: Path) -> dict[str, tuple[str, ...]]:
    """Targets by group (`web`, `job:nightly`) in the order of the file; several lines of one add up.

    Raises InputError (field `--targets`) that names file, line and column, the rule and an example.
    """
    name = ascii(path.name)[1:-1]
    try:
        return read_targets(_text(path))
    except InputError as error:
        raise InputError(f"{name}: {error.message}", field=_FIELD, fix=error.fix, code=error.code) from error


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise InputError(str(error.strerror), field=_FIELD, fix=f"name {_FILE}") from error
    except ValueError as error:
        raise InputError("is no file name", field=_FIELD, fix=f"name {_FILE}") from error
    if len(content) > LARGEST_BYTES:
        raise InputError(f"has more than {LARGEST_BYTES} bytes", field=_FIELD, fix=f"name {_FILE}")
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("is not text in UTF-8", field=_FIELD, fix="save it as CSV in UTF-8") from error


def read_targets(text: str) -> dict[str, tuple[str, ...]]:
    """The same from a text. Cells are separated by commas, semicolons or tabs: by what the first line has most of."""
    found: dict[str, list[str]] = {}
    header: list[str] = []
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for row in lines:
            if not any(cell.strip() for cell in row):
                continue
            if not header:
                header = _header(row, lines.line_num)
                continue
            group, urls = _line(header, row, lines.line_num)
            found.setdefault(group, []).extend(urls)
    except csv.Error as error:
        message = f"line {lines.line_num}: {shown(str(error), 80)[1:-1]}"
        raise InputError(message, field=_FIELD, fix='a cell in quotes ends with one: "a b"') from error
    if not header:
        raise InputError("is empty", field=_FIELD, fix=f"name {_FILE}")
    return {group: tuple(dict.fromkeys(urls)) for group, urls in found.items() if urls}


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=first.count)


def _header(row: list[str], line: int) -> list[str]:
    header = [cell.strip().lower() for cell in row]
    for wanted in (NAMES, TARGETS):
        if not set(wanted) & set(header):
            message = f"line {line}: the first line names no column {' or '.join(wanted)}"
            raise InputError(message, field=_FIELD, fix="for example a first line: service,targets")
    return header


def _line(header: list[str], row: list[str], line: int) -> tuple[str, list[str]]:
    if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
        message = f"line {line}: {len(row)} cells, but {len(header)} columns"
        raise InputError(message, field=_FIELD, fix='put several targets in quotes: web,"tcp://a:1, tcp://b:2"')
    cells = [(column, _unguarded(cell.strip())) for column, cell in zip(header, row, strict=False)]
    at, name = next(((column, cell) for column, cell in cells if column in NAMES and cell), ("service", ""))
    urls = [_target(url, line, column) for column, cell in cells if column in TARGETS for url in _several(cell)]
    if not urls:
        return name, []
    is_job = name.startswith(JOB) or ("kind", "job") in cells
    try:
        check_service_name(name.removeprefix(JOB), field=_FIELD)
    except InputError as error:
        raise InputError(f"line {line}, column {at}: {error.message}", field=_FIELD, fix=error.fix) from error
    return (JOB if is_job else "") + name.removeprefix(JOB), urls


def _several(cell: str) -> list[str]:
    return [part for part in _SEPARATORS.split(cell) if part]


def _target(url: str, line: int, column: str) -> str:
    try:
        return parse(url).url
    except InputError as error:
        raise InputError(f"line {line}, column {column}: {error.message}", field=_FIELD, fix=error.fix) from error
