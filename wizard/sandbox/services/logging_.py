"""Cloud Logging, as far as it shows what the tasks of a job printed."""

from __future__ import annotations

import json
import re

from wizard.sandbox.api import ApiError, Body, Call, handles
from wizard.sandbox.services.paging import page
from wizard.sandbox.world import World

PART = r'(?:\w+|"[^"]*")'
CLAUSE = re.compile(rf'({PART}(?:\.{PART})*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([\w.\-/]+))')
BETWEEN = re.compile(r"(?:\s|AND\b)*")
USUAL_PAGE = 50


def write(world: World, execution: Body, index: int, attempt: int, lines: tuple[str, ...]) -> None:
    """Keep the lines of one attempt of a task; a line that is a JSON object becomes a `jsonPayload`."""
    project, region = execution["name"].split("/")[1], execution["name"].split("/")[3]
    short = execution["name"].rsplit("/", 1)[-1]
    for number, line in enumerate(lines):
        entry: Body = {
            "insertId": f"{short}-{index:05d}-{attempt:02d}-{number:05d}",
            "timestamp": world.timestamp(),
            "logName": f"projects/{project}/logs/run.googleapis.com%2Fstdout",
            "resource": {
                "type": "cloud_run_job",
                "labels": {"project_id": project, "location": region, "job_name": execution["job"]},
            },
            "labels": {
                "run.googleapis.com/execution_name": short,
                "run.googleapis.com/task_index": str(index),
                "run.googleapis.com/task_attempt": str(attempt),
            },
            **_payload(line),
        }
        world.store.put(f"logging/projects/{project}/entries/{entry['insertId']}", entry)


def write_revision(world: World, name: str, lines: list[str]) -> None:
    """Keep lines about an instance of a revision, by its full name."""
    _, project, _, region, _, service, _, revision = name.split("/")
    for number, line in enumerate(lines):
        entry: Body = {
            "insertId": f"{revision}-{world.store.changes:08d}-{number:03d}",
            "timestamp": world.timestamp(),
            "logName": f"projects/{project}/logs/run.googleapis.com%2Fstderr",
            "resource": {
                "type": "cloud_run_revision",
                "labels": {
                    "project_id": project,
                    "location": region,
                    "service_name": service,
                    "revision_name": revision,
                },
            },
            "textPayload": line,
        }
        world.store.put(f"logging/projects/{project}/entries/{entry['insertId']}", entry)


def _payload(line: str) -> Body:
    try:
        parsed = json.loads(line)
    except ValueError:
        return {"textPayload": line}
    return {"jsonPayload": parsed} if isinstance(parsed, dict) else {"textPayload": line}


@handles("logging.entries.list")
async def list_(world: World, call: Call) -> Body:
    """Entries that satisfy every clause of the filter, by time."""
    wanted = clauses(call.text("filter"))
    entries = [world.store.get(key) or {} for key in world.store.keys("logging/")]
    kept = [entry for entry in entries if all(_value(entry, path) == value for path, value in wanted)]
    newest_first = call.text("orderBy") == "timestamp desc"
    kept.sort(key=lambda entry: (entry["timestamp"], entry["insertId"]), reverse=newest_first)
    return page(call, "entries", kept, USUAL_PAGE)


def clauses(text: str) -> list[tuple[str, str]]:
    """The clauses `field = value`, joined by AND, of a filter. Raises ApiError(400) for anything else in it.

    The real language has more (comparison, OR, NOT, substrings); an answer that ignores them would be wrong.
    """
    found: list[tuple[str, str]] = []
    at = _after(BETWEEN, text, 0)
    while at < len(text):
        match = CLAUSE.match(text, at)
        if match is None:
            raise ApiError(400, f"Unparseable filter: the sandbox reads field = value and AND alone, not {text[at:]!r}")
        found.append((match[1], re.sub(r"\\(.)", r"\1", match[2]) if match[2] is not None else match[3]))
        at = _after(BETWEEN, text, match.end())
    return found


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _value(entry: Body, path: str) -> str:
    """The value at a path such as `resource.labels.job_name` or `labels."run.googleapis.com/execution_name"`."""
    value: object = entry
    for part in re.findall(r'"[^"]*"|\w+', path):
        value = value.get(part.strip('"'), "") if isinstance(value, dict) else ""
    return str(value)
