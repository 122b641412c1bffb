"""From TOML tables to a `Scenario`, entry by entry, so that an error says in which one, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from wizard.sandbox.scenario_model import Scenario, ScenarioError

SHOWN = 40
"""Characters of a bad value that a message repeats."""

EXAMPLES = {
    "project": '[project] with id = "demo-project"',
    "network": '[[network]] with name = "my-vpc"',
    "subnet": '[[subnet]] with name = "my-subnet", network = "my-vpc", range = "10.0.0.0/24"',
    "route": '[[route]] with name = "to-office", network = "my-vpc", range = "10.10.0.0/16", next_hop = "vpn"',
    "nat": '[[nat]] with name = "nat", network = "my-vpc", subnets = ["all"]',
    "peering": '[[peering]] with name = "partner", network = "my-vpc", routes = ["10.60.0.0/16"]',
    "address": '[[address]] with name = "managed", network = "my-vpc", range = "10.9.0.0/16"',
    "internal_range": '[[internal_range]] with name = "later", network = "my-vpc", range = "10.7.0.0/16"',
    "firewall": '[[firewall]] with name = "allow-db", network = "my-vpc", rules = ["tcp:5432"]',
    "firewall_policy": '[[firewall_policy]] with name = "company", level = "organization", network = "my-vpc"',
    "connector": '[[connector]] with name = "con", network = "my-vpc", range = "10.8.0.0/28", min = 2, max = 3',
    "service": '[[service]] with name = "my-service", max_instances = 20',
    "revision": '[[revision]] with service = "my-service", name = "my-service-blue", percent = 50',
    "job": '[[job]] with name = "nightly", outcome = "success"',
    "function": '[[function]] with name = "resize", connector = "con"',
    "app_engine": '[[app_engine]] with service = "default", version = "v1", connector = "con"',
    "secret": '[[secret]] with name = "db-password"',
    "target": '[[target]] with name = "cache", address = "10.0.0.3", network = "my-vpc", serves = ["redis:6379"]',
    "dns": '[[dns]] with zone = "corp.example", records = { db = "10.0.0.5" }',
    "permission": '[[permission]] with denied = ["compute.firewalls.create"]',
    "org_policy": '[[org_policy]] with constraint = "run.allowedVPCEgress", allowed = ["all-traffic"]',
    "quota": '[[quota]] with metric = "CPUS", limit = 8, usage = 2',
    "fault": '[[fault]] with on = "vpcaccess.CreateConnector", kind = "http:503"',
    "timing": '[timing] with "vpcaccess.CreateConnector" = 150',
}
"""By table: an entry that is right."""

_UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`", re.DOTALL)


def shown(value: str) -> str:
    """A text of the file as a message repeats it: one short line, whatever is in it."""
    return ascii(value if len(value) <= SHOWN else value[:SHOWN] + "...")


def convert(tables: Mapping[str, Any], file: str) -> Scenario:
    """The typed scenario; values are not checked yet. Raises ScenarioError with file, key, rule and an example."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(Scenario)}
    found: dict[str, Any] = {}
    for key, value in tables.items():
        if key not in fields:
            raise ScenarioError(f"{file}: {_unknown_key(key, list(fields))}; for example {EXAMPLES['network']}")
        type_ = fields[key].type
        if key != "timing":
            found[fields[key].name] = _entries(key, value, type_, file)
            continue
        found[key] = _typed(value, type_, "timing", key, file)
    return Scenario(**found)


def _entries(key: str, value: object, type_: Any, file: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        kind = "a table; it is a list of tables" if isinstance(value, dict) else "not a list of tables"
        raise ScenarioError(f"{file}: {key}: {kind}; for example {EXAMPLES[key]}")
    one = type_.__args__[0]
    return tuple(_typed(entry, one, f"{key}[{index}]", key, file) for index, entry in enumerate(value))


def _typed(value: object, type_: Any, where: str, table: str, file: str) -> Any:
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        what, _, inside = str(error).partition(" - at `")
        path = where + inside.rstrip("`").removeprefix("$")
        unknown = _UNKNOWN.match(what)
        if unknown:
            known = [field.encode_name for field in msgspec.structs.fields(type_)] if inside == "" else []
            what = _unknown_key(unknown[1], known)
        raise ScenarioError(f"{file}: {path}: {what}; for example {EXAMPLES[table]}") from error


def _unknown_key(key: str, known: list[str]) -> str:
    near = get_close_matches(key, known, 1)
    rest = f", do you mean {near[0]}?" if near else f"; known are {', '.join(known)}" if known else ""
    return f"{shown(key)} is not a known key{rest}"
