"""What types cannot say about a scenario: names, ranges, references, and how ranges lie to each other."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence

from wizard.sandbox import scenario_model as model
from wizard.sandbox.faults import is_kind

NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
PROTOCOLS = ("tcp", "udp", "icmp", "esp", "ah", "sctp", "ipip", "all")
SERVED = ("redis", "postgres", "mysql", "http", "tcp", "refuse", "silent")
KINDS = ("vm", "ilb", "psa", "redis", "sql")
MODES = ("custom", "auto", "legacy")
EGRESS = ("", "private-ranges-only", "all-traffic")
SHOWN = 40

NOT_ENFORCED = {
    "org_policies": "organisation policies ([[org_policy]])",
    "quotas": "quotas ([[quota]])",
    "internal_ranges": "internal range reservations ([[internal_range]])",
}


def unenforced(scenario: model.Scenario) -> list[str]:
    """What the scenario asks for and the sandbox does not do yet, in words."""
    found = [words for field, words in NOT_ENFORCED.items() if getattr(scenario, field)]
    if any(service.connects == "startup" for service in scenario.services):
        found.append('start-up connections of services (connects = "startup")')
    if len(scenario.projects) > 1:
        found.append("more than one project ([[project]])")
    return found


def check(scenario: model.Scenario, file: str) -> None:
    """Raise ScenarioError for the first thing that is wrong."""
    for key, problem, example in _problems(scenario):
        raise model.ScenarioError(f"{file}: {key}: {problem}; for example {example}")


Problem = tuple[str, str, str]


def _problems(scenario: model.Scenario) -> Iterator[Problem]:
    for index, project in enumerate(scenario.projects):
        if not re.fullmatch(r"[a-z][-a-z0-9]{4,28}[a-z0-9]", project.id):
            yield f"project[{index}].id", f"{_shown(project.id)} is no project id", "demo-project"
    yield from _names(scenario)
    yield from _references(scenario)
    yield from _ranges(scenario)
    yield from _overlaps(scenario)
    yield from _firewalls(scenario)
    yield from _targets(scenario)
    yield from _workloads(scenario)


def _shown(value: str) -> str:
    return ascii(value if len(value) <= SHOWN else value[:SHOWN] + "...")


def _tables(scenario: model.Scenario) -> Iterator[tuple[str, Sequence[object]]]:
    for field in ("networks", "subnets", "routes", "nats", "peerings", "addresses", "internal_ranges", "firewalls"):
        yield _singular(field), getattr(scenario, field)
    for field in ("firewall_policies", "connectors", "services", "jobs", "secrets", "targets"):
        yield _singular(field), getattr(scenario, field)


def _singular(field: str) -> str:
    return {"firewall_policies": "firewall_policy", "addresses": "address"}.get(field, field.removesuffix("s"))


def _names(scenario: model.Scenario) -> Iterator[Problem]:
    for table, entries in _tables(scenario):
        for index, entry in enumerate(entries):
            name = str(getattr(entry, "name", ""))
            pattern = re.compile(r"[A-Za-z0-9_-]{1,255}") if table == "secret" else NAME
            if not pattern.fullmatch(name):
                rule = f"{_shown(name)}: 1 to 63 lower-case letters, digits and hyphens, first a letter"
                yield f"{table}[{index}].name", rule, f'"my-{table.replace("_", "-")}"'
    for index, network in enumerate(scenario.networks):
        if network.mode not in MODES:
            yield f"network[{index}].mode", f"{_shown(network.mode)} is none of {', '.join(MODES)}", '"custom"'


def _references(scenario: model.Scenario) -> Iterator[Problem]:
    known = {network.name for network in scenario.networks}
    for table, entries in _tables(scenario):
        for index, entry in enumerate(entries):
            network = getattr(entry, "network", None)
            if network and network not in known:
                some = ", ".join(sorted(known)) or "none"
                yield (
                    f"{table}[{index}].network",
                    f"{_shown(network)} is not a network of this file ({some})",
                    '"my-vpc"',
                )
    services = {service.name for service in scenario.services}
    for index, revision in enumerate(scenario.revisions):
        if revision.service not in services:
            yield (
                f"revision[{index}].service",
                f"{_shown(revision.service)} is not a service of this file",
                '"my-service"',
            )


def _ranges(scenario: model.Scenario) -> Iterator[Problem]:
    for index, subnet in enumerate(scenario.subnets):
        yield from _range(f"subnet[{index}].range", subnet.range)
        for number, secondary in enumerate(subnet.secondary):
            yield from _range(f"subnet[{index}].secondary[{number}].range", secondary.range)
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
            yield from _range(f"connector[{index}].range", connector.range)
    for index, peering in enumerate(scenario.peerings):
        for number, offered in enumerate(peering.routes):
            yield from _range(f"peering[{index}].routes[{number}]", offered)


def _range(key: str, text: str) -> Iterator[Problem]:
    try:
        ipaddress.IPv4Network(text)
    except ValueError as error:
        what = "has host bits set" if "host bits" in str(error) else "is not an IPv4 range"
        yield key, f"{_shown(text)} {what}", '"10.0.0.0/24"'


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
        if rule.direction not in ("INGRESS", "EGRESS"):
            yield f"{key}.direction", f"{_shown(rule.direction)} is neither INGRESS nor EGRESS", '"INGRESS"'
        if rule.action not in ("allow", "deny"):
            yield f"{key}.action", f"{_shown(rule.action)} is neither allow nor deny", '"allow"'
        if not 0 <= rule.priority <= 65535:
            yield f"{key}.priority", f"{rule.priority} is not within 0 to 65535", "1000"
        if rule.direction == "EGRESS" and rule.source_tags:
            yield f"{key}.source_tags", "an EGRESS rule has no source tags", 'target_tags = ["web"]'
        yield from _rules(f"{key}.rules", rule.rules)
        for field in ("sources", "destinations"):
            for number, text in enumerate(getattr(rule, field)):
                yield from _range(f"{key}.{field}[{number}]", text)
    for index, policy in enumerate(scenario.firewall_policies):
        for number, entry in enumerate(policy.rules):
            key = f"firewall_policy[{index}].rules[{number}]"
            if entry.action not in ("allow", "deny", "goto_next"):
                yield f"{key}.action", f"{_shown(entry.action)} is none of allow, deny, goto_next", '"goto_next"'
            if not 0 <= entry.priority <= 2147483647:
                yield f"{key}.priority", f"{entry.priority} is not within 0 to 2147483647", "1000"
            yield from _rules(f"{key}.rules", entry.rules)


def _rules(key: str, rules: Sequence[str]) -> Iterator[Problem]:
    for number, text in enumerate(rules):
        protocol, colon, ports = text.partition(":")
        numeric = protocol.isascii() and protocol.isdigit() and int(protocol) <= 255
        bad = (protocol not in PROTOCOLS and not numeric) or (bool(colon) and not _are_ports(ports))
        if bad:
            yield (
                f"{key}[{number}]",
                f"{_shown(text)} is not PROTOCOL or PROTOCOL:PORT or PROTOCOL:FIRST-LAST",
                '"tcp:5432"',
            )


def _are_ports(text: str) -> bool:
    first, dash, last = text.partition("-")
    parts = [first, last] if dash else [first]
    return all(p.isascii() and p.isdigit() and int(p) <= 65535 for p in parts) and int(parts[0]) <= int(parts[-1])


def _targets(scenario: model.Scenario) -> Iterator[Problem]:
    for index, target in enumerate(scenario.targets):
        key = f"target[{index}]"
        try:
            ipaddress.IPv4Address(target.address)
        except ValueError:
            yield f"{key}.address", f"{_shown(target.address)} is not an IPv4 address", '"10.0.0.3"'
        if target.kind not in KINDS:
            yield f"{key}.kind", f"{_shown(target.kind)} is none of {', '.join(KINDS)}", '"vm"'
        for number, text in enumerate(target.serves):
            protocol, _, port = text.partition(":")
            if protocol not in SERVED or not (port.isascii() and port.isdigit() and 0 < int(port) <= 65535):
                rule = f"{_shown(text)} is not PROTOCOL:PORT with {', '.join(SERVED)}"
                yield f"{key}.serves[{number}]", rule, '"redis:6379"'


def _workloads(scenario: model.Scenario) -> Iterator[Problem]:
    for table, entries in (("service", scenario.services), ("job", scenario.jobs)):
        for index, entry in enumerate(entries):
            if entry.egress not in EGRESS:
                rule = f"{_shown(entry.egress)} is neither private-ranges-only nor all-traffic"
                yield f"{table}[{index}].egress", rule, '"private-ranges-only"'
            if entry.connects not in ("startup", "lazy"):
                yield f"{table}[{index}].connects", f"{_shown(entry.connects)} is neither startup nor lazy", '"lazy"'
            if entry.connector and (entry.network or entry.subnet):
                yield f"{table}[{index}]", "give either connector, or network and subnet", 'connector = "my-connector"'
    for index, fault in enumerate(scenario.faults):
        if not is_kind(fault.kind):
            yield f"fault[{index}].kind", f"{_shown(fault.kind)} is not a kind of fault", '"http:503"'
