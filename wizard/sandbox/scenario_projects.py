"""The projects of a scenario: which are hosts of a Shared VPC; whatever names a project names one of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import structs

from wizard.sandbox import scenario_model as model
from wizard.sandbox.scenario_convert import shown

ID = re.compile(r"[a-z][-a-z0-9]{4,28}[a-z0-9]")


def numbered(scenario: model.Scenario) -> model.Scenario:
    """The scenario with a number of its own for every project after the first that was given none."""
    usual = model.Project(id="").number
    own = [
        structs.replace(project, number=usual + index) if index and project.number == usual else project
        for index, project in enumerate(scenario.projects)
    ]
    return structs.replace(scenario, projects=tuple(own))


def problems(scenario: model.Scenario) -> Iterator[tuple[str, str, str]]:
    """Key, what is wrong and an example, for every wrong use of a project."""
    yield from _identities(scenario)
    known = {project.id for project in scenario.projects}
    for index, project in enumerate(scenario.projects):
        host = next((p for p in scenario.projects if p.id == project.host_project), None)
        if project.host_project and host is None:
            yield f"project[{index}].host_project", _unknown(project.host_project, known), '"demo-host"'
        if host is project or (host is not None and host.host_project):
            rule = f"{project.host_project} is itself attached to a host"
            yield f"project[{index}].host_project", rule, 'a project without "host_project"'
    tables = {
        "network": scenario.networks,
        "connector": scenario.connectors,
        "service": scenario.services,
        "job": scenario.jobs,
        "function": scenario.functions,
        "app_engine": scenario.app_engine,
        "secret": scenario.secrets,
    }
    for table, entries in tables.items():
        for index, entry in enumerate(entries):
            named = str(getattr(entry, "project", ""))
            if named and named not in known:
                yield f"{table}[{index}].project", _unknown(named, known), f'"{scenario.project.id}"'


def _identities(scenario: model.Scenario) -> Iterator[tuple[str, str, str]]:
    """Ids are well formed; neither an id nor a number is there twice."""
    for index, project in enumerate(scenario.projects):
        if not ID.fullmatch(project.id):
            yield f"project[{index}].id", f"{shown(project.id)} is no project id", '"demo-project"'
        for first, other in enumerate(scenario.projects[:index]):
            if other.id == project.id:
                yield f"project[{index}].id", f"{project.id} is also the id of project[{first}]", '"demo-project-2"'
            if other.number == project.number:
                yield f"project[{index}].number", f"{project.number} is also the number of project[{first}]", "100"


def _unknown(name: str, known: set[str]) -> str:
    return f"{shown(name)} is not a project of this file ({', '.join(sorted(known))})"
