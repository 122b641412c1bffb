"""What must hold of a scenario's 1st generation functions, App Engine versions, and connectors named in full."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wizard.sandbox import scenario_model as model
from wizard.sandbox.legacy_tables import AppEngine, Function
from wizard.sandbox.scenario_convert import shown
from wizard.sandbox.scenario_values import REGION, Problem

EGRESS = ("", "private-ranges-only", "all-traffic")
APP_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
LINK = re.compile(r"projects/([^/]+)/locations/([^/]+)/connectors/([^/]+)")

Entry = model.Service | model.Revision | Function | AppEngine


def problems(scenario: model.Scenario) -> Iterator[Problem]:
    """Key, what is wrong and an example."""
    for index, function in enumerate(scenario.functions):
        if function.generation != 1:
            rule = f"{function.generation}: a 2nd generation function is a service"
            yield (
                f"function[{index}].generation",
                rule,
                '[[service]] with labels = { "goog-managed-by" = "cloudfunctions" }',
            )
    seen: dict[tuple[str, str, str], int] = {}
    for index, version in enumerate(scenario.app_engine):
        key = f"app_engine[{index}]"
        for field, name in (("service", version.service), ("version", version.version)):
            if not APP_NAME.fullmatch(name):
                rule = f"{shown(name)}: 1 to 63 lower-case letters, digits and hyphens, first and last no hyphen"
                yield f"{key}.{field}", rule, '"v1"'
        if version.region and not REGION.fullmatch(version.region):
            yield f"{key}.region", f"{shown(version.region)} is no region", '"us-central1"'
        identity = (version.project or scenario.project.id, version.service, version.version)
        first = seen.setdefault(identity, index)
        if first != index:
            rule = f"{version.version} is also the version of app_engine[{first}]"
            yield f"{key}.version", rule, f'"{version.version[:61]}-2"'
    yield from _settings(scenario)


def _settings(scenario: model.Scenario) -> Iterator[Problem]:
    """The egress setting, and connectors of other projects: each must be in the file."""
    home = scenario.project
    known = {(c.project or home.id, c.region or home.region, c.name) for c in scenario.connectors}
    tables: dict[str, Sequence[Entry]] = {
        "service": scenario.services,
        "revision": scenario.revisions,
        "job": scenario.jobs,
        "function": scenario.functions,
        "app_engine": scenario.app_engine,
    }
    for table, entries in tables.items():
        for index, entry in enumerate(entries):
            if entry.egress not in EGRESS:
                rule = f"{shown(entry.egress)} is neither private-ranges-only nor all-traffic"
                yield f"{table}[{index}].egress", rule, '"private-ranges-only"'
            link = LINK.fullmatch(entry.connector)
            if "/" in entry.connector and (link is None or link.groups() not in known):
                rule = f"{shown(entry.connector)} is no connector of this file"
                example = f'"projects/{home.id}/locations/{home.region}/connectors/con"'
                yield f"{table}[{index}].connector", rule, example
