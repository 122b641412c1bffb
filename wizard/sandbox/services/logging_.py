"""Cloud Logging, as far as it shows what the tasks of a job printed."""

from __future__ import annotations

import json
import re

from wizard.sandbox.api import Body, Call, handles
from wizard.sandbox.world import World

CLAUSE = re.compile(r'([A-Za-z_."/]+)\s*=\s*"([^"]*)"')


def write(world: World, execution: Body, index: int, lines: tuple[str, ...]) -> None:
    """Keep the lines of one task; a line that is a JSON object becomes a `jsonPayload`."""
    project, region = execution["name"].split("/")[1], execution["name"].split("/")[3]
    short = execution["name"].rsplit("/", 1)[-1]
    for number, line in enumerate(lines):
        entry: Body = {
            "insertId": f"{short}-{index}-{number}",
            "timestamp": world.timestamp(),
            "logName": f"projects/{project}/logs/run.googleapis.com%2Fstdout",
            "resource": {
                "type": "cloud_run_job",
                "labels": {"project_id": project, "location": region, "job_name": execution["job"]},
            },
            "labels": {
                "run.googleapis.com/execution_name": short,
                "run.googleapis.com/task_index": str(index),
            },
            **_payload(line),
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
    """Entries that satisfy every `field = "value"` of the filter."""
    wanted = CLAUSE.findall(call.text("filter"))
    entries = [world.store.get(key) or {} for key in world.store.keys("logging/")]
    return {"entries": [e for e in entries if all(_value(e, path) == value for path, value in wanted)]}


def _value(entry: Body, path: str) -> str:
    """The value at a path such as `resource.labels.job_name` or `labels."run.googleapis.com/execution_name"`."""
    value: object = entry
    for part in re.findall(r'"[^"]+"|[^."]+', path):
        value = value.get(part.strip('"'), "") if isinstance(value, dict) else ""
    return str(value)
