"""What types cannot say about a scenario: names, ranges, references, and how ranges lie to each other."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence

from wizard.sandbox import scenario_legacy, scenario_limits
from wizard.sandbox import scenario_model as model
from wizard.sandbox.scenario_convert import shown
from wizard.sandbox.scenario_projects import problems as projects
from wizard.sandbox.scenario_values import Problem, is_address, tables, values

NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
SECRET_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
NAME_RULE = "1 to 63 lower-case letters, digits and hyphens, first a letter, last no hyphen"
SECRET_RULE = "1 to 255 letters, digits, hyphens and underscores"
RANGE = re.compile(r"[0-9.]{7,15}/[0-9]{1,2}", re.ASCII)
LONGEST_SUBNET_PREFIX = 29
CONNECTOR_PREFIX = 28
DIRECTIONS = ("INGRESS", "EGRESS")
WITH_PORTS = ("tcp", "udp", "sctp", "6", "17", "132")
PROTOCOLS = ("tcp", "udp", "icmp", "esp", "ah", "sctp", "ipip", "all")
SERVED = ("redis", "postgres", "mysql", "http", "tcp", "refuse", "silent")
KINDS = ("vm", "ilb", "psa", "redis", "sql")
MODES = ("custom", "auto", "legacy")
EGRESS = ("", "private-ranges-only", "all-traffic")


def unenforced(scenario: model.Scenario) -> list[str]:
    """What the scenario asks for and the sandbox does not do yet, in words."""
    return scenario_limits.unenforced(scenario)


def check(scenario: model.Scenario, file: str) -> None:
    """Raise ScenarioError for the first thing that is wrong."""
    for key, problem, example in _problems(scenario):
        raise model.ScenarioError(f"{file}: {key}: {problem}; for example {example}")


def _problems(scenario: model.Scenario) -> Iterator[Problem]:
    yield from projects(scenario)
    yield from _names(scenario)
    yield from _references(scenario)
    yield from _ranges(scenario)
    yield from _overlaps(scenario)
    yield from _firewalls(scenario)
    yield from _targets(scenario)
    yield from _workloads(scenario)
    yield from scenario_legacy.problems(scenario)
    yield from scenario_limits.problems(scenario)
    yield from values(scenario)


def _names(scenario: model.Scenario) -> Iterator[Problem]:
    for table, entries in tables(scenario):
        for index, entry in enumerate(entries):
            name = str(getattr(entry, "name", ""))
            pattern, rule = (SECRET_NAME, SECRET_RULE) if table == "secret" else (NAME, NAME_RULE)
            if not pattern.fullmatch(name):
                yield f"{table}[{index}].name", f"{shown(name)}: {rule}", f'"my-{table.replace("_", "-")}"'
    for index, network in enumerate(scenario.networks):
        if network.mode not in MODES:
            yield f"network[{index}].mode", f"{shown(network.mode)} is none of {', '.join(MODES)}", '"custom"'


def _references(scenario: model.Scenario) -> Iterator[Problem]:
    known = {network.name for network in scenario.networks}
    for table, entries in tables(scenario):
        for index, entry in enumerate(entries):
            network = getattr(entry, "network", None)
            if network and network not in known:
                some = ", ".join(sorted(known)) or "none"
                yield (
                    f"{table}[{index}].network",
                    f"{shown(network)} is not a network of this file ({some})",
                    '"my-vpc"',
                )
    services = {service.name for service in scenario.services}
    for index, revision in enumerate(scenario.revisions):
        if revision.service not in services:
            yield (
                f"revision[{index}].service",
                f"{shown(revision.service)} is not a service of this file",
                '"my-service"',
            )


def _ranges(scenario: model.Scenario) -> Iterator[Problem]:
    for index, subnet in enumerate(scenario.subnets):
        yield from _range(f"subnet[{index}].range", subnet.range, LONGEST_SUBNET_PREFIX)
        for number, secondary in enumerate(subnet.secondary):
            yield from _range(f"subnet[{index}].secondary[{number}].range", secondary.range, LONGEST_SUBNET_PREFIX)
    for index, route in enumerate(scenario.routes):
        yield from _range(f"route[{index}].range", route.range)
    for index, address in enumerate(scenario.addresses):
        yield from _range(f"address[{index}].range", address.range)
    for index, reserved in enumerate(scenario.internal_ranges):
        yield from _range(f"internal_range[{index}].range", reserved.range)
    for index, connector in enumerate(scenario.connectors):
        if bool(connector.subnet) == bool(connector.network and connector.range):
            yield f"connector[{index}]", "give either subnet, or network and range", 'subnet = "my-connector-subnet"'
        if connector.range:
            yield from _range(f"connector[{index}].range", connector.range, CONNECTOR_PREFIX, CONNECTOR_PREFIX)
    for index, peering in enumerate(scenario.peerings):
        for number, offered in enumerate(peering.routes):
            yield from _range(f"peering[{index}].routes[{number}]", offered)


def _range(key: str, text: str, longest: int = 32, shortest: int = 0) -> Iterator[Problem]:
    """`longest` and `shortest` bound the length of the prefix."""
    example = f'"10.8.0.0/{shortest}"' if shortest else '"10.0.0.0/24"'
    try:
        length = ipaddress.IPv4Network(text).prefixlen
    except ValueError as error:
        what = "has host bits set" if "host bits" in str(error) else "is not an IPv4 range"
        yield key, f"{shown(text)} {what}", example
        return
    if not RANGE.fullmatch(text):
        yield key, f"{shown(text)} is not an IPv4 range with a prefix length", example
    elif not shortest <= length <= longest:
        rule = f"must be a /{longest}" if shortest == longest else f"must be /{longest} or larger"
        yield key, f"{shown(text)} {rule}", example


def _overlaps(scenario: model.Scenario) -> Iterator[Problem]:
    """Subnets of one network, with their secondary ranges and the bare ranges of connectors, must not overlap."""
    seen: dict[str, list[tuple[ipaddress.IPv4Network, str]]] = {}
    entries = [(s.network, s.range, f"subnet[{i}].range", s.name) for i, s in enumerate(scenario.subnets)]
    entries += [
        (s.network, r.range, f"subnet[{i}].secondary", s.name)
        for i, s in enumerate(scenario.subnets)
        for r in s.secondary
    ]
    entries += [
        (c.network, c.range, f"connector[{i}].range", c.name) for i, c in enumerate(scenario.connectors) if c.range
    ]
    for network, text, key, name in entries:
        one = ipaddress.IPv4Network(text)
        for other, owner in seen.setdefault(network, []):
            if one.overlaps(other):
                yield key, f"{text} overlaps {other} of {owner} in network {network}", '"10.200.0.0/24"'
        seen[network].append((one, name))


def _firewalls(scenario: model.Scenario) -> Iterator[Problem]:
    for index, rule in enumerate(scenario.firewalls):
        key = f"firewall[{index}]"
        if rule.direction not in DIRECTIONS:
            yield f"{key}.direction", f"{shown(rule.direction)} is neither INGRESS nor EGRESS", '"INGRESS"'
        if rule.action not in ("allow", "deny"):
            yield f"{key}.action", f"{shown(rule.action)} is neither allow nor deny", '"allow"'
        if not 0 <= rule.priority <= 65535:
            yield f"{key}.priority", f"{rule.priority} is not within 0 to 65535", "1000"
        if rule.direction == "EGRESS" and rule.source_tags:
            yield f"{key}.source_tags", "an EGRESS rule has no source tags", 'target_tags = ["web"]'
        yield from _rules(f"{key}.rules", rule.rules)
        yield from _sides(key, rule)
    for index, policy in enumerate(scenario.firewall_policies):
        for number, entry in enumerate(policy.rules):
            key = f"firewall_policy[{index}].rules[{number}]"
            if entry.action not in ("allow", "deny", "goto_next"):
                yield f"{key}.action", f"{shown(entry.action)} is none of allow, deny, goto_next", '"goto_next"'
            if not 0 <= entry.priority <= 2147483647:
                yield f"{key}.priority", f"{entry.priority} is not within 0 to 2147483647", "1000"
            if entry.direction not in DIRECTIONS:
                yield f"{key}.direction", f"{shown(entry.direction)} is neither INGRESS nor EGRESS", '"INGRESS"'
            yield from _rules(f"{key}.rules", entry.rules)
            yield from _sides(key, entry)


def _sides(key: str, rule: model.Firewall | model.PolicyRule) -> Iterator[Problem]:
    for number, text in enumerate(rule.sources):
        yield from _range(f"{key}.sources[{number}]", text)
    for number, text in enumerate(rule.destinations):
        yield from _range(f"{key}.destinations[{number}]", text)


def _rules(key: str, rules: Sequence[str]) -> Iterator[Problem]:
    for number, text in enumerate(rules):
        protocol, colon, ports = text.partition(":")
        numeric = protocol.isascii() and protocol.isdigit() and int(protocol) <= 255
        bad = (protocol not in PROTOCOLS and not numeric) or (bool(colon) and not _are_ports(ports))
        if bad:
            rule = f"{shown(text)} is not PROTOCOL or PROTOCOL:PORT or PROTOCOL:FIRST-LAST"
            yield f"{key}[{number}]", rule, '"tcp:5432"'
        elif colon and protocol not in WITH_PORTS:
            yield f"{key}[{number}]", f"{shown(text)}: only tcp, udp and sctp have ports", '"tcp:5432"'


def _are_ports(text: str) -> bool:
    first, dash, last = text.partition("-")
    parts = [first, last] if dash else [first]
    return all(p.isascii() and p.isdigit() and int(p) <= 65535 for p in parts) and int(parts[0]) <= int(parts[-1])


def _targets(scenario: model.Scenario) -> Iterator[Problem]:
    for index, target in enumerate(scenario.targets):
        key = f"target[{index}]"
        if not is_address(target.address):
            yield f"{key}.address", f"{shown(target.address)} is not an IPv4 address", '"10.0.0.3"'
        if target.kind not in KINDS:
            yield f"{key}.kind", f"{shown(target.kind)} is none of {', '.join(KINDS)}", '"vm"'
        for number, text in enumerate(target.serves):
            protocol, _, port = text.partition(":")
            if protocol not in SERVED or not (port.isascii() and port.isdigit() and 0 < int(port) <= 65535):
                rule = f"{shown(text)} is not PROTOCOL:PORT with {', '.join(SERVED)}"
                yield f"{key}.serves[{number}]", rule, '"redis:6379"'


def _workloads(scenario: model.Scenario) -> Iterator[Problem]:
    entries: dict[str, Sequence[model.Service | model.Revision]] = {
        "service": scenario.services,
        "job": scenario.jobs,
        "revision": scenario.revisions,
    }
    for table, workloads in entries.items():
        for index, entry in enumerate(workloads):
            yield from _workload(f"{table}[{index}]", entry)


def _workload(key: str, entry: model.Service | model.Revision) -> Iterator[Problem]:
    if not NAME.fullmatch(entry.name):
        yield f"{key}.name", f"{shown(entry.name)}: {NAME_RULE}", '"my-service"'
    if entry.egress not in EGRESS:
        rule = f"{shown(entry.egress)} is neither private-ranges-only nor all-traffic"
        yield f"{key}.egress", rule, '"private-ranges-only"'
    if entry.connects not in ("startup", "lazy") and not (isinstance(entry, model.Revision) and not entry.connects):
        yield f"{key}.connects", f"{shown(entry.connects)} is neither startup nor lazy", '"lazy"'
    if entry.connector and (entry.network or entry.subnet):
        yield key, "give either connector, or network and subnet", 'connector = "my-connector"'
