"""Amounts, regions and doubles of a scenario: what every single value and every name must satisfy."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Iterator, Sequence

from wizard.sandbox import scenario_model as model
from wizard.sandbox.fault_kinds import is_kind, problem
from wizard.sandbox.scenario_convert import shown

REGION = re.compile(r"[a-z]{2,}-[a-z]+[0-9]{1,2}")
LEVELS = ("organization", "folder", "global")
HOPS = ("internet", "vpn", "bgp")
STATES = ("CREATING", "READY", "UPDATING", "DELETING", "ERROR")
OUTCOMES = ("", "success", "succeeded", "failure", "failed")
TABLES = {
    "network": "networks",
    "subnet": "subnets",
    "route": "routes",
    "nat": "nats",
    "peering": "peerings",
    "address": "addresses",
    "internal_range": "internal_ranges",
    "firewall": "firewalls",
    "firewall_policy": "firewall_policies",
    "connector": "connectors",
    "service": "services",
    "job": "jobs",
    "function": "functions",
    "secret": "secrets",
    "target": "targets",
}
"""The field of `Scenario` that has the entries of a table with names."""

Problem = tuple[str, str, str]
"""Key, what is wrong, an example."""


def tables(scenario: model.Scenario) -> Iterator[tuple[str, Sequence[object]]]:
    """Every table whose entries have names, and its entries."""
    for table, field in TABLES.items():
        yield table, getattr(scenario, field)


def values(scenario: model.Scenario) -> Iterator[Problem]:
    """Everything that can be judged value by value, and names that are there twice."""
    yield from _regions(scenario)
    yield from _doubles(scenario)
    yield from _routes(scenario)
    yield from _connectors(scenario)
    yield from _revisions(scenario)
    yield from _amounts(scenario)
    yield from _records(scenario)
    yield from _faults(scenario)


def _regions(scenario: model.Scenario) -> Iterator[Problem]:
    for index, project in enumerate(scenario.projects):
        if not REGION.fullmatch(project.region):
            yield f"project[{index}].region", f"{shown(project.region)} is no region", '"us-central1"'
        if project.number <= 0:
            yield f"project[{index}].number", f"{project.number} is no project number", "123456789012"
    for table, entries in tables(scenario):
        for index, entry in enumerate(entries):
            region = str(getattr(entry, "region", ""))
            if region and not REGION.fullmatch(region):
                yield f"{table}[{index}].region", f"{shown(region)} is no region", '"us-central1"'
    for index, policy in enumerate(scenario.firewall_policies):
        if policy.level not in LEVELS and not REGION.fullmatch(policy.level):
            rule = f"{shown(policy.level)} is none of {', '.join(LEVELS)}, and no region"
            yield f"firewall_policy[{index}].level", rule, '"organization"'


def _doubles(scenario: model.Scenario) -> Iterator[Problem]:
    """The cloud has one resource of a name in a place; a second would silently replace it."""
    for table, entries in tables(scenario):
        seen: dict[tuple[str, str], int] = {}
        for index, entry in enumerate(entries):
            region = str(getattr(entry, "region", "")) or scenario.project.region
            name = str(getattr(entry, "name", ""))
            first = seen.setdefault((name, region), index)
            if first != index:
                yield f"{table}[{index}].name", f"{name} is also the name of {table}[{first}]", f'"{name[:61]}-2"'


def _routes(scenario: model.Scenario) -> Iterator[Problem]:
    for index, route in enumerate(scenario.routes):
        hop = route.next_hop
        if hop not in HOPS and not re.fullmatch(r"peering:.+", hop) and not is_address(hop):
            rule = f"{shown(hop)} is none of {', '.join(HOPS)}, peering:NAME or an address"
            yield f"route[{index}].next_hop", rule, '"10.0.0.9"'
        if not 0 <= route.priority <= 65535:
            yield f"route[{index}].priority", f"{route.priority} is not within 0 to 65535", "1000"


def _connectors(scenario: model.Scenario) -> Iterator[Problem]:
    for index, connector in enumerate(scenario.connectors):
        key = f"connector[{index}]"
        if not 2 <= connector.min < connector.max <= 10:
            rule = f"min {connector.min} and max {connector.max}: at least 2, at most 10, min below max"
            yield f"{key}.min", rule, "min = 2 and max = 3"
        if connector.state not in STATES:
            yield f"{key}.state", f"{shown(connector.state)} is none of {', '.join(STATES)}", '"READY"'


def _revisions(scenario: model.Scenario) -> Iterator[Problem]:
    sums: dict[str, int] = {}
    for index, revision in enumerate(scenario.revisions):
        sums[revision.service] = sums.get(revision.service, 0) + revision.percent
        if not 0 <= revision.percent <= 100 or sums[revision.service] > 100:
            rule = f"{revision.percent}: the shares of a service's revisions are 0 to 100 per cent together"
            yield f"revision[{index}].percent", rule, "50"


def _amounts(scenario: model.Scenario) -> Iterator[Problem]:
    for index, subnet in enumerate(scenario.subnets):
        if subnet.used < 0:
            yield f"subnet[{index}].used", f"{subnet.used} is below 0", "12"
    for table, entries in (("service", scenario.services), ("job", scenario.jobs)):
        for index, entry in enumerate(entries):
            if entry.max_instances < 1:
                yield f"{table}[{index}].max_instances", f"{entry.max_instances} is below 1", "20"
    for index, job in enumerate(scenario.jobs):
        if job.outcome not in OUTCOMES and not re.fullmatch(r"[0-9]{1,3}", job.outcome):
            rule = f"{shown(job.outcome)} is neither success, failure nor an exit code"
            yield f"job[{index}].outcome", rule, '"success"'


def _records(scenario: model.Scenario) -> Iterator[Problem]:
    for index, zone in enumerate(scenario.dns):
        for label, address in zone.records.items():
            if not is_address(address):
                rule = f"{shown(label)}: {shown(address)} is not an IPv4 address"
                yield f"dns[{index}].records", rule, '{ db = "10.0.0.5" }'


def _faults(scenario: model.Scenario) -> Iterator[Problem]:
    for index, fault in enumerate(scenario.faults):
        if not is_kind(fault.kind):
            yield f"fault[{index}].kind", f"{shown(fault.kind)} is not a kind of fault", '"http:503"'
        elif fault.on and (why := problem(fault.on, fault.kind)):
            yield f"fault[{index}].on", why, '"vpcaccess.CreateConnector"'
        if not fault.on:
            yield f"fault[{index}].on", "names no method", '"vpcaccess.CreateConnector"'
        if min(fault.times, fault.after, fault.retry_after) < 0:
            yield f"fault[{index}].times", "times, after and retry_after are not below 0", "1"
    for method, seconds in scenario.timing.items():
        if not (math.isfinite(seconds) and seconds >= 0):
            yield f"timing.{shown(method)}", f"{seconds} is no number of seconds", "150"


def is_address(text: str) -> bool:
    """Whether this is an IPv4 address."""
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
