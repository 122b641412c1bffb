"""A small project as records: what the tests of senders and goals are asked about."""

from __future__ import annotations

from wizard.inventory import Gap, Inventory
from wizard.network.tracing import Origin
from wizard.records import (
    Connector,
    DnsRecord,
    DnsZone,
    ForwardingRule,
    Instance,
    Network,
    Service,
    Subnet,
)

REGION = "us-central1"
CONNECTOR = f"projects/demo/locations/{REGION}/connectors/con"


def zone(name: str, records: dict[str, str], kind: str = "A", network: str = "my-vpc") -> DnsZone:
    """A private zone; records by full name."""
    made = tuple(DnsRecord(name=n, type=kind, values=(v,)) for n, v in records.items())
    return DnsZone(name=name.replace(".", "-"), dns_name=f"{name}.", networks=(network,), records=made)


def project(*zones: DnsZone, gaps: tuple[Gap, ...] = ()) -> Inventory:
    """One network with a subnet for machines, one for Cloud Run, two connectors and three machines."""
    return Inventory(
        project="demo",
        region=REGION,
        networks=(Network(name="my-vpc"), Network(name="other")),
        subnets=(
            Subnet(name="machines", network="my-vpc", region=REGION, range="10.0.0.0/24"),
            Subnet(name="run", network="my-vpc", region=REGION, range="10.1.0.0/26"),
            Subnet(name="con-subnet", network="my-vpc", region=REGION, range="10.8.1.0/28"),
            Subnet(name="my-vpc", network="my-vpc", region=REGION, range="10.2.0.0/26"),
        ),
        instances=(
            Instance(name="cache", network="my-vpc", address="10.0.0.3", zone=f"{REGION}-b"),
            Instance(name="twice", network="other", address="10.9.0.9"),
            Instance(name="twice", network="my-vpc", address="10.0.0.9"),
        ),
        forwarding_rules=(
            ForwardingRule(name="front", network="my-vpc", address="10.0.0.20", scheme="INTERNAL", ports=("8080",)),
        ),
        connectors=(
            Connector(name="con", region=REGION, network="my-vpc", range="10.8.0.0/28"),
            Connector(name="on-subnet", region=REGION, subnet="con-subnet"),
            Connector(name="ill", region=REGION, network="my-vpc", range="10.8.0.16/28", state="ERROR"),
            Connector(name="far", region="europe-west1", network="my-vpc", range="10.8.0.32/28"),
        ),
        services=(
            Service(name="api", region=REGION, ingress="internal", uri="https://api-abc-uc.a.run.app"),
            Service(name="web", region=REGION, ingress="all", uri="https://web-abc-uc.a.run.app"),
        ),
        zones=zones,
        gaps=gaps,
    )


INSIDE = Origin(resource="service s", way="direct", network="my-vpc", region=REGION, range="10.1.0.0/26", subnet="run")
OUTSIDE = Origin(resource="service s", way="none", region=REGION)
