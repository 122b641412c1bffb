"""The networks to choose from: what each one holds of the targets, which one is recommended, and why."""

from __future__ import annotations

from collections import Counter, defaultdict

from msgspec import Struct
from msgspec.structs import replace

from wizard.guide.homes import Homes, Where
from wizard.inventory import Inventory
from wizard.plan.plan import Plan
from wizard.records import Network, Subnet, Target
from wizard.wording import one_line


class NetworkRow(Struct, frozen=True, kw_only=True):
    """One network. `holds` are the targets (URLs) in it, `leads_to` those behind its peerings and routes.

    `here` counts its subnets in the region of the service, `elsewhere` those in other regions. `remark` is something
    to know before choosing it; `refused` says why it cannot be chosen.
    """

    name: str
    mode: str
    here: int
    elsewhere: int
    holds: tuple[str, ...] = ()
    leads_to: tuple[str, ...] = ()
    recommended: bool = False
    remark: str = ""
    refused: str = ""

    @property
    def reached(self) -> int:
        """The number of targets that can be reached through it, as far as addresses tell."""
        return len(self.holds) + len(self.leads_to)


class NetworkChoice(Struct, frozen=True, kw_only=True):
    """All networks, the recommended one first.

    `recommended` is its name, or empty when none can be; `reason` says why in both cases. `unread` says that the
    recommended network's firewalls were not read because there are many networks: it must be named to be read.
    """

    rows: tuple[NetworkRow, ...]
    recommended: str
    reason: str
    unread: bool = False


def choice(inventory: Inventory, targets: tuple[Target, ...]) -> NetworkChoice:
    """What to choose from for these targets."""
    homes = Homes(inventory)
    holds: dict[str, list[str]] = defaultdict(list)
    leads_to: dict[str, list[str]] = defaultdict(list)
    for target in targets:
        home = homes.of(target.host)
        if home.network:
            (holds if home.where is Where.INSIDE else leads_to)[home.network].append(target.url)
    here = Counter(s.network for s in inventory.subnets if s.region == inventory.region)
    everywhere = Counter(s.network for s in inventory.subnets)
    rows = [
        NetworkRow(
            name=network.name,
            mode=network.mode,
            here=here[network.name],
            elsewhere=everywhere[network.name] - here[network.name],
            holds=tuple(holds[network.name]),
            leads_to=tuple(leads_to[network.name]),
            remark=_remark(network),
            refused=_refused(network),
        )
        for network in inventory.networks
    ]
    return _recommending(rows, len(targets), inventory)


def to_be_named(choosing: NetworkChoice, plan: Plan | None) -> str:
    """The recommended network if it must be named: it was not read, or the plan cannot tell it from others."""
    unclear = plan is not None and any(finding.code == "network_ambiguous" for finding in plan.findings)
    return choosing.recommended if choosing.unread or unclear else ""


def _recommending(rows: list[NetworkRow], asked: int, inventory: Inventory) -> NetworkChoice:
    usable = [row for row in rows if not row.refused]
    best = max((row.reached for row in usable), default=0)
    first = [row for row in usable if row.reached == best] if best else usable
    name = first[0].name if len(first) == 1 else ""
    marked = [replace(row, recommended=row.name == name) for row in rows]
    marked.sort(key=lambda row: (not row.recommended, bool(row.refused), -row.reached, row.name))
    unread = bool(name) and name not in inventory.effective
    reason = _reason(first, best, asked, refused=len(rows) - len(usable))
    return NetworkChoice(rows=tuple(marked), recommended=name, reason=reason, unread=unread)


def _reason(first: list[NetworkRow], best: int, asked: int, *, refused: int) -> str:
    if not first:
        return "only legacy networks are here, and no way leads into those" if refused else ""
    if best:
        what = _of_targets(best, asked)
        if len(first) == 1:
            return f"{one_line(first[0].name)} leads to {what}"
        return f"{len(first)} networks lead to {what} each: choose one"
    if len(first) == 1:
        return f"{one_line(first[0].name)} is the only network that can be used"
    return "no target tells which network it is in: choose one"


def _of_targets(count: int, asked: int) -> str:
    if count == asked:
        return "the target" if asked == 1 else f"all {asked} targets"
    return f"{count} of {asked} targets"


def _remark(network: Network) -> str:
    if network.mode == "auto":
        return "its own subnets take 10.128.0.0/9"
    if network.mode not in ("custom", "legacy"):
        return f"its mode, {one_line(network.mode)}, is not known here"
    return ""


def _refused(network: Network) -> str:
    return "cannot be used: legacy networks are not supported" if network.mode == "legacy" else ""


class NetworkDetail(Struct, frozen=True, kw_only=True):
    """What is in one network. `subnets` are those in the region of the service; `peers` the names of its peerings."""

    name: str
    subnets: tuple[Subnet, ...]
    other_regions: tuple[str, ...]
    connectors: tuple[str, ...]
    peers: tuple[str, ...]


def detail(inventory: Inventory, name: str) -> NetworkDetail | None:
    """What is in this network; None when it is not one of the project's."""
    network = next((n for n in inventory.networks if n.name == name), None)
    if network is None:
        return None
    subnets = [s for s in inventory.subnets if s.network == name]
    inside = {(s.region, s.name) for s in subnets}
    return NetworkDetail(
        name=name,
        subnets=tuple(s for s in subnets if s.region == inventory.region),
        other_regions=tuple(sorted({s.region for s in subnets} - {inventory.region})),
        connectors=tuple(
            c.name
            for c in inventory.connectors
            if c.region == inventory.region and (c.network == name or (c.region, c.subnet) in inside)
        ),
        peers=tuple(p.name for p in network.peerings),
    )


class Obstacle(Struct, frozen=True, kw_only=True):
    """Why there is nothing to choose from, what to do next, and the command for it (empty: none)."""

    message: str
    fix: str
    words: tuple[str, ...] = ()


def obstacle(inventory: Inventory) -> Obstacle | None:
    """None when there is a network that can be used."""
    if any(not _refused(network) for network in inventory.networks):
        return None
    gap = next((gap for gap in inventory.gaps if gap.what == "networks"), None)
    if gap is not None:
        message = f"the networks could not be listed: {one_line(gap.message)}"
        return Obstacle(message=message, fix="type the name of the network below, or F5 to try again")
    project = f"--project={inventory.project}"
    if not inventory.apis.get("compute.googleapis.com", True):
        return Obstacle(
            message="the Compute Engine API is not enabled, so there is no network yet",
            fix="enable it, then F5",
            words=("gcloud", "services", "enable", "compute.googleapis.com", project),
        )
    what = "there are only legacy networks" if inventory.networks else "there is no VPC network"
    return Obstacle(
        message=f"{what} in {inventory.project}",
        fix="create one for the targets, then F5",
        words=("gcloud", "compute", "networks", "create", "my-vpc", "--subnet-mode=custom", project),
    )
