"""Targets that a service may want to reach: from its own environment, and from what the project shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network

from msgspec import Struct

from wizard.answer_rules import env_literal
from wizard.errors import InputError
from wizard.inventory import Inventory
from wizard.network.egress_modes import private_block
from wizard.network.intervals import parse_found
from wizard.probe.targets import parse
from wizard.records import Literal, Service

_KIND_BY_NAME = (
    (re.compile(r"REDIS|CACHE|MEMORYSTORE"), "redis", 6379),
    (re.compile(r"POSTGRES|PG|DATABASE|DB|SQL_HOST"), "postgres", 5432),
    (re.compile(r"MYSQL|MARIADB"), "mysql", 3306),
    (re.compile(r"API|HTTP|URL|SERVICE"), "http", 80),
)
"""What a variable's or a machine's name says about what listens there, and its usual port; MySQL before SQL."""

_HOST_NAME = re.compile(r"(HOST|HOSTNAME|ADDR|ADDRESS|IP|SERVER)$")
_ADDRESS = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}")
_CREDENTIALS = re.compile(r"(?<=://)[^/@]*@")
_PATH = re.compile(r"^([a-z0-9+]+://[^/?#]+).*$")


class Home(Struct, frozen=True, kw_only=True):
    """Where an address is: the network that holds it (empty: none here does), and that in words."""

    network: str
    words: str


class Proposal(Struct, frozen=True, kw_only=True):
    """A target that may be meant. `url` is complete or, with `incomplete`, lacks its port; `source` says whence."""

    url: str
    source: str
    home: Home
    incomplete: bool = False


def proposals(inventory: Inventory, service: Service | None) -> tuple[Proposal, ...]:
    """What may be meant, the service's own environment first; each address and port once."""
    found = [*_from_environment(service), *_from_project(inventory)]
    seen: set[str] = set()
    kept: list[Proposal] = []
    for url, source, incomplete in found:
        endpoint = url.partition("://")[2]
        host = endpoint.partition(":")[0]
        known = endpoint in seen or (incomplete and any(e.partition(":")[0] == host for e in seen))
        if not known:
            seen.add(endpoint)
            kept.append(Proposal(url=url, source=source, home=home_of(inventory, host), incomplete=incomplete))
    return tuple(kept)


def home_of(inventory: Inventory, host: str) -> Home:
    """The network that holds an address, in words fit for a row."""
    interval = parse_found(host)
    if interval is None:
        return Home(network="", words="by name")
    if not private_block(host):
        return Home(network="", words="public address")
    exact = {i.network for i in inventory.instances if i.address == host}
    exact |= {f.network for f in inventory.forwarding_rules if f.address == host and f.network}
    homes = exact or _networks_around(inventory, host)
    if len(homes) == 1:
        name = next(iter(homes))
        return Home(network=name, words=f"in {name}")
    return Home(network="", words="in several networks" if homes else "in no network here")


def _networks_around(inventory: Inventory, host: str) -> set[str]:
    address = ip_address(host)
    ranges = [(s.network, s.range) for s in inventory.subnets]
    ranges += [(a.network, a.range) for a in inventory.addresses if a.network and a.purpose == "VPC_PEERING"]
    ranges += [(r.network, r.range) for r in inventory.peering_routes if r.imported]
    return {network for network, text in ranges if parse_found(text) and address in ip_network(text, strict=False)}


def _from_environment(service: Service | None) -> Iterator[tuple[str, str, bool]]:
    """Targets in values in the clear; a value that may be a secret is never looked at twice."""
    if service is None:
        return
    values = {name: held.value for name, held in service.env.items() if isinstance(held, Literal)}
    for name, value in values.items():
        url = _from_variable(name, value.strip(), values)
        if url:
            yield url, f"{name} of {service.name}", False


def _from_variable(name: str, value: str, values: Mapping[str, str]) -> str:
    try:
        env_literal(name, "", "env")
    except InputError:
        return ""
    if "://" in value:
        bare = _PATH.sub(r"\1", _CREDENTIALS.sub("", value))
        return bare if _is_target(bare) else ""
    if _ADDRESS.fullmatch(value) and private_block(value):
        return _with_port(name, value, values.get(_HOST_NAME.sub("PORT", name), ""))
    host, colon, port = value.partition(":")
    if colon and port.isdigit() and (_ADDRESS.fullmatch(host) or "." in host):
        return _with_port(name, host, port)
    return ""


def _with_port(name: str, host: str, port: str) -> str:
    kind, usual = kind_of(name)
    number = int(port) if port.isdigit() and 0 < int(port) < 65536 else usual
    url = f"{kind}://{host}:{number}"
    return url if number and _is_target(url) else ""


def kind_of(name: str) -> tuple[str, int]:
    """Scheme and usual port that a name hints at; `tcp` and 0 when it hints at nothing."""
    upper = name.upper().replace("-", "_")
    ordered = sorted(_KIND_BY_NAME, key=lambda known: known[1] != "mysql")
    return next(((kind, port) for pattern, kind, port in ordered if pattern.search(upper)), ("tcp", 0))


def _from_project(inventory: Inventory) -> Iterator[tuple[str, str, bool]]:
    for rule in inventory.forwarding_rules:
        if rule.scheme.startswith("INTERNAL") and rule.address:
            for port in rule.ports or ("80",):
                if port.isdigit():
                    kind = "https" if port == "443" else "http" if port in ("80", "8080") else "tcp"
                    yield f"{kind}://{rule.address}:{port}", f"internal load balancer {rule.name}", False
    for machine in inventory.instances:
        if machine.address and not machine.name.startswith("aet-"):
            kind, usual = kind_of(" ".join((machine.name, *machine.tags)))
            yield f"{kind}://{machine.address}:{usual or ''}", f"VM {machine.name}", not usual


def _is_target(url: str) -> bool:
    try:
        parse(url)
    except InputError:
        return False
    return True
