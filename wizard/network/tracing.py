"""The words of a trace: where packets start, where they should go, and what became of them on the way.

States, causes and kinds are those of Google's Connectivity Tests (networkmanagement v1), so that both can be read side
by side. A trace is made from configuration alone: what it cannot know it says in `verify`.
"""

from __future__ import annotations

from msgspec import Struct

from wizard.network.firewall import Packet, Verdict

DELIVER, DROP, ABORT = "DELIVER", "DROP", "ABORT"

CONNECTOR, DIRECT, NO_WAY = "connector", "direct", "none"

FROM_REVISION, FROM_JOB = "START_FROM_CLOUD_RUN_REVISION", "START_FROM_CLOUD_RUN_JOB"


class Stop(Struct, frozen=True, kw_only=True):
    """Why packets do not get on: a cause of Connectivity Tests, and the same in words. `verdict` is DROP or ABORT."""

    cause: str
    detail: str
    verdict: str = DROP


class Origin(Struct, frozen=True, kw_only=True):
    """A service, revision or job as a sender. `resource` names it for people: `service my-service`.

    `way` is `connector`, `direct` or `none`; `range` (CIDR) is where its packets come from in `network`, `subnet` that
    subnetwork's name, empty for a connector on a bare range. `project` is that of the network. `tags` are the network
    tags of a Direct VPC interface, `service_account` its identity. `automatic` says that Google's own rules of the
    connector exist in this network. `broken` is set when the way in cannot carry a packet (a connector in ERROR, a
    subnet that is gone).
    """

    resource: str
    start: str = FROM_REVISION
    way: str = NO_WAY
    egress: str = ""
    project: str = ""
    network: str = ""
    region: str = ""
    range: str = ""
    subnet: str = ""
    connector: str = ""
    tags: tuple[str, ...] = ()
    service_account: str = ""
    automatic: bool = True
    broken: Stop | None = None


class Goal(Struct, frozen=True, kw_only=True):
    """What should be reached. `label` is what the person calls it; `host` the name or address in it.

    `address` is the IPv4 address that the host has for this origin, empty for a name with public addresses only.
    `kind` is `address`, `google_api` (a name under googleapis.com), `run` (a name under run.app) or `public`.
    `internal_ingress` tells a service of Cloud Run that answers only what comes from the network.
    `lost` is set when the name has no address at all. `notes` say where the address was found, `doubts` what about it
    only a live test settles.
    """

    label: str
    host: str
    address: str = ""
    port: int | None = None
    protocol: str = "tcp"
    kind: str = "address"
    internal_ingress: bool = False
    lost: Stop | None = None
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


class Hop(Struct, frozen=True, kw_only=True):
    """One step of the way: a state of Connectivity Tests, the resource it is about, and what happened there."""

    state: str
    resource: str = ""
    detail: str = ""


class Decided(Struct, frozen=True, kw_only=True):
    """What decides: a firewall rule, a route, a NAT, or a setting. `priority` is None where there is none."""

    kind: str
    name: str
    priority: int | None = None
    action: str = ""
    policy: str = ""

    def __str__(self) -> str:
        of = f" of policy {self.policy}" if self.policy else ""
        notes = [self.action] if self.action else []
        notes += [f"priority {self.priority}"] if self.priority is not None else []
        return f"{self.name}{of}" + (f" ({', '.join(notes)})" if notes else "")


class Leg(Struct, frozen=True, kw_only=True):
    """A firewall that the packets met: that of `network` in one direction, the packet as it saw it, its verdict."""

    network: str
    direction: str
    packet: Packet
    verdict: Verdict


class Trace(Struct, frozen=True, kw_only=True):
    """What becomes of the first packet of a connection.

    `verdict` is DELIVER, DROP or ABORT; `cause` is empty for DELIVER. `hops[deciding]` is the hop that decides.
    `verify` are the points that only a live test settles: sources disagree there, or something could not be read.
    """

    origin: Origin
    goal: Goal
    verdict: str
    cause: str = ""
    hops: tuple[Hop, ...] = ()
    deciding: int = 0
    decided_by: Decided | None = None
    legs: tuple[Leg, ...] = ()
    verify: tuple[str, ...] = ()

    @property
    def delivered(self) -> bool:
        return self.verdict == DELIVER


class NearMiss(Struct, frozen=True, kw_only=True):
    """A rule that looks as if it decided this packet, and why it cannot."""

    rule: str
    why_not: str
    direction: str = "INGRESS"
    network: str = ""


class RuleRow(Struct, frozen=True, kw_only=True):
    """A rule in the order of evaluation. `outcome` is `decides`, `passes on`, `may match`, `no match` or
    `not reached`."""

    layer: str
    rule: str
    priority: int
    action: str
    outcome: str
    why: str = ""
