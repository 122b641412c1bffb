"""Who sends what to whom: the words in which firewall questions are asked."""

from __future__ import annotations

from msgspec import Struct

_NAME_OF = {"1": "icmp", "6": "tcp", "17": "udp", "50": "esp", "51": "ah", "132": "sctp"}

CONNECTOR, DIRECT, VM = "connector", "direct", "vm"


class Source(Struct, frozen=True, kw_only=True):
    """A sender: every address of `range` (CIDR) may be used. `kind` is `connector`, `direct` (Direct VPC) or `vm`.

    Tags are network tags. Ingress rules never match the tags or service accounts of Direct VPC (facts: trap 8).
    """

    range: str
    kind: str = VM
    tags: tuple[str, ...] = ()
    service_accounts: tuple[str, ...] = ()


class Destination(Struct, frozen=True, kw_only=True):
    """A receiver. `managed` means a Google-managed service behind private services access: no ingress rule applies."""

    address: str
    tags: tuple[str, ...] = ()
    service_accounts: tuple[str, ...] = ()
    managed: bool = False


class Packet(Struct, frozen=True, kw_only=True):
    """The first packet of a connection; `port` is None for protocols that have none."""

    source: Source
    destination: Destination
    protocol: str = "tcp"
    port: int | None = None


def connector_source(region: str, name: str, range_: str) -> Source:
    """Packets of a connector carry the tag of all connectors and its own (facts: 1.6)."""
    return Source(range=range_, kind=CONNECTOR, tags=("vpc-connector", connector_tag(region, name)))


def connector_tag(region: str, name: str) -> str:
    """The network tag that only this connector has."""
    return f"vpc-connector-{region}-{name}"


def protocol_name(protocol: str) -> str:
    """One spelling for a protocol: `TCP`, `tcp` and `6` are all `tcp`."""
    return _NAME_OF.get(protocol, protocol.lower())
