"""Targets that a service may want to reach: from its own environment, and from what the project shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec import Struct

from wizard.environment_targets import kind_of, scheme_of_port, targets_in
from wizard.errors import InputError
from wizard.guide.homes import Home, Homes, Where
from wizard.inventory import Inventory
from wizard.probe.targets import parse
from wizard.records import Instance, Literal, Service
from wizard.wording import one_line

_NOT_TARGETS = frozenset({"22", "3389"})
"""Ports of remote logins: rules name them, no service means them."""

_PORTS_OF_A_MACHINE = 3
_CONNECTOR_MACHINE = "aet-"
"""What the names of connector instances begin with (facts: they may be listed as VMs)."""


class Proposal(Struct, frozen=True, kw_only=True):
    """A target that may be meant. `url` is complete or, with `incomplete`, lacks its port; `source` says whence."""

    url: str
    source: str
    home: Home
    incomplete: bool = False


def proposals(inventory: Inventory, service: Service | None) -> tuple[Proposal, ...]:
    """What may be meant, the service's own environment first; each address and port once."""
    homes = Homes(inventory)
    seen: set[str] = set()
    hosts: set[str] = set()
    kept: list[Proposal] = []
    for url, source in (*_from_environment(service), *_from_project(inventory)):
        endpoint = url.partition("://")[2]
        host, _, port = endpoint.partition(":")
        if endpoint in seen or (not port and host in hosts):
            continue
        seen.add(endpoint)
        hosts.add(host)
        kept.append(Proposal(url=url, source=one_line(source), home=homes.of(host), incomplete=not port))
    return tuple(kept)


def _from_environment(service: Service | None) -> Iterator[tuple[str, str]]:
    """Targets in values that are in the clear, each with the name of its variable."""
    if service is not None:
        values = {name: held.value for name, held in service.env.items() if isinstance(held, Literal)}
        for name, url in targets_in(values):
            yield url, f"{name} of {service.name}"


def _from_project(inventory: Inventory) -> Iterator[tuple[str, str]]:
    for rule in inventory.forwarding_rules:
        if rule.scheme.startswith("INTERNAL") and rule.address:
            for port in rule.ports:
                yield from _checked(rule.address, port, f"internal load balancer {rule.name}")
            if not rule.ports:
                yield from _checked(rule.address, "", f"internal load balancer {rule.name}, any port")
    by_tag = _ports_by_tag(inventory)
    for machine in inventory.instances:
        if machine.address and not machine.name.startswith(_CONNECTOR_MACHINE):
            ports = _ports(machine, by_tag) or ("",)
            for port in ports:
                yield from _checked(machine.address, port, f"VM {machine.name}")


def _ports(machine: Instance, by_tag: dict[tuple[str, str], list[str]]) -> tuple[str, ...]:
    """What a machine's name and tags hint at, and the ports that firewall rules name for its tags."""
    usual = kind_of(" ".join((machine.name, *machine.tags)))[1]
    named = [port for tag in machine.tags for port in by_tag.get((machine.network, tag), ())]
    found = dict.fromkeys((*((str(usual),) if usual else ()), *named))
    return tuple(found)[:_PORTS_OF_A_MACHINE]


def _ports_by_tag(inventory: Inventory) -> dict[tuple[str, str], list[str]]:
    """Single TCP ports that ingress rules name, by network and target tag."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for rule in inventory.firewalls:
        if rule.direction == "INGRESS" and rule.action == "allow" and not rule.disabled:
            ports = [p for spec in rule.protocols if spec.protocol in ("tcp", "6") for p in spec.ports if p.isdigit()]
            for tag in rule.target_tags:
                found[rule.network, tag] += [port for port in ports if port not in _NOT_TARGETS]
    return found


def _checked(address: str, port: str, source: str) -> Iterator[tuple[str, str]]:
    """The target if it can be one; without a port it is one that lacks it."""
    scheme = scheme_of_port(port)
    try:
        parse(f"{scheme}://{address}:{port or 1}")
    except InputError:
        return
    yield f"{scheme}://{address}" + (f":{port}" if port else ""), source


class TargetRow(Struct, frozen=True, kw_only=True):
    """One row of the list: a target that is ticked, or one that may be.

    `note` says where it comes from and where it is; `doubtful` that no network here leads to it.
    """

    url: str
    note: str
    ticked: bool = False
    incomplete: bool = False
    doubtful: bool = False


def rows(
    inventory: Inventory | None, service: Service | None, chosen: tuple[str, ...], typed: Iterable[str] = ()
) -> tuple[TargetRow, ...]:
    """Proposals and what was typed (`typed` keeps those in the list that are not ticked any more), in a fixed order."""
    facts = inventory or Inventory(project="", region="")
    homes = Homes(facts)
    ends = {_end(url): url for url in chosen}
    made: list[TargetRow] = []
    for proposal in proposals(facts, service):
        url = proposal.url if proposal.incomplete else ends.get(_end(proposal.url), proposal.url)
        incomplete = proposal.incomplete
        made.append(_row(url, proposal.source, proposal.home, ticked=url in chosen, incomplete=incomplete))
    known = {row.url for row in made}
    for url in dict.fromkeys((*chosen, *typed)):
        if url not in known:
            home = homes.of(_end(url)[0]) if inventory is not None else None
            made.append(_row(url, "typed", home, ticked=url in chosen, incomplete=False))
    return tuple(made)


def _end(url: str) -> tuple[str, int]:
    """Host and port: `http://10.0.0.9` and `http://10.0.0.9:80` are one target. What is none is its own end."""
    try:
        target = parse(url)
    except InputError:
        return url, 0
    return target.host, target.port


def _row(url: str, source: str, home: Home | None, *, ticked: bool, incomplete: bool) -> TargetRow:
    words = [source, *([home.words] if home is not None else []), *(["its port is not known"] if incomplete else [])]
    doubtful = home is not None and home.where in (Where.NOWHERE, Where.SEVERAL)
    return TargetRow(url=url, note=", ".join(words), ticked=ticked, incomplete=incomplete, doubtful=doubtful)


class Typed(Struct, frozen=True, kw_only=True):
    """What was typed or pasted: the targets in it, what is left because it is none, and why the first of that is."""

    targets: tuple[str, ...]
    rest: str
    problem: str


def read_typed(text: str) -> Typed:
    """Targets separated by blanks, commas, semicolons or line breaks."""
    good: list[str] = []
    bad: list[str] = []
    problem = ""
    for part in text.replace(",", " ").replace(";", " ").split():
        try:
            good.append(parse(part).url)
        except InputError as error:
            bad.append(part)
            problem = problem or f"{error.message}; {error.fix}"
    return Typed(targets=tuple(dict.fromkeys(good)), rest=" ".join(bad), problem=problem)


def remarks(inventory: Inventory) -> tuple[str, ...]:
    """What the list cannot show: lists that could not be read, and where managed services have their addresses."""
    unread = [gap for gap in inventory.gaps if gap.what in ("instances", "forwarding rules", "services")]
    said = [f"{gap.what} could not be read: {one_line(gap.message)}" for gap in unread]
    for range_ in inventory.addresses:
        if range_.purpose == "VPC_PEERING" and range_.network:
            said.append(f"managed services of {one_line(range_.network)} have addresses in {range_.range}")
    return tuple(said)


def finders(inventory: Inventory) -> tuple[tuple[str, ...], ...]:
    """Commands that list managed services with their addresses, where a network has a range for them."""
    if not any(a.purpose == "VPC_PEERING" and a.network for a in inventory.addresses):
        return ()
    project = f"--project={inventory.project}"
    return (
        ("gcloud", "redis", "instances", "list", f"--region={inventory.region}", project),
        ("gcloud", "sql", "instances", "list", project),
    )
