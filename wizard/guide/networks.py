"""The networks to choose from: what each one holds of the targets, which one is recommended, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address

from msgspec import Struct
from msgspec.structs import replace

from wizard.errors import InputError
from wizard.inventory import Inventory
from wizard.network.egress_modes import private_block
from wizard.network.intervals import parse_found
from wizard.records import Network, Subnet, Target
from wizard.wording import one_line

_WIDEST_ROUTE = 1 << 24
"""Addresses. A route to more than a /8 says nothing about where one target is."""


class Where(StrEnum):
    """How an address relates to the networks of the project."""

    INSIDE = "inside"
    BEHIND = "behind"
    SEVERAL = "several"
    NOWHERE = "nowhere"
    PUBLIC = "public"
    BY_NAME = "by name"


class Home(Struct, frozen=True, kw_only=True):
    """Where a host is: the network that holds it or leads to it (empty: none, or several), and that in words."""

    where: Where
    network: str
    words: str


class Homes:
    """Which network holds an address. Made once for an inventory, then asked for each host."""

    def __init__(self, inventory: Inventory) -> None:
        self._exact: dict[str, set[str]] = defaultdict(set)
        for holder in (*inventory.instances, *inventory.forwarding_rules):
            if holder.address and holder.network:
                self._exact[holder.address].add(holder.network)
        inside = [(s.network, s.range) for s in inventory.subnets if s.purpose == "PRIVATE"]
        inside += [(s.network, r.range) for s in inventory.subnets for r in s.secondary]
        inside += [(a.network, a.range) for a in inventory.addresses if a.purpose == "VPC_PEERING"]
        self._inside = _ranges(inside)
        self._peered = _ranges((r.network, r.range) for r in inventory.peering_routes if r.imported)
        routed = [(r.network, r.range) for r in inventory.routes if r.type != "SUBNET"]
        routed += [(r.network, cidr) for r in inventory.routers for cidr in r.learned]
        self._routed = [found for found in _ranges(routed) if found[2] - found[1] < _WIDEST_ROUTE]

    def of(self, host: str) -> Home:
        """Where this host (an IPv4 address or a name) is."""
        try:
            address = int(IPv4Address(host))
        except AddressValueError:
            return Home(where=Where.BY_NAME, network="", words="by name, its address is not known here")
        exact = self._exact.get(host, set())
        if len(exact) == 1:
            return _inside(exact)
        inside = exact or _holding(self._inside, address)
        if inside:
            return _inside(inside)
        for ranges, way in ((self._peered, "peering"), (self._routed, "a route")):
            behind = _holding(ranges, address)
            if behind:
                return _behind(behind, way)
        if private_block(host):
            return Home(where=Where.NOWHERE, network="", words="in no network here")
        return Home(where=Where.PUBLIC, network="", words="public address")


def _ranges(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, int, int]]:
    """Network, first and last address; what is not an IPv4 range is left out."""
    found: list[tuple[str, int, int]] = []
    for network, cidr in pairs:
        try:
            interval = parse_found(cidr) if network else None
        except InputError:
            continue
        if interval is not None:
            found.append((network, *interval))
    return found


def _holding(ranges: list[tuple[str, int, int]], address: int) -> set[str]:
    return {network for network, start, end in ranges if start <= address <= end}


def _inside(networks: set[str]) -> Home:
    if len(networks) == 1:
        name = next(iter(networks))
        return Home(where=Where.INSIDE, network=name, words=f"in {one_line(name)}")
    return _several(networks)


def _behind(networks: set[str], way: str) -> Home:
    if len(networks) == 1:
        name = next(iter(networks))
        return Home(where=Where.BEHIND, network=name, words=f"behind {one_line(name)}, by {way}")
    return _several(networks)


def _several(networks: set[str]) -> Home:
    names = sorted(networks)
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return Home(where=Where.SEVERAL, network="", words=f"in several networks: {', '.join(names[:2])}{more}")


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
    project = f"--project={inventory.project}"
    gap = next((gap for gap in inventory.gaps if gap.what == "networks"), None)
    if gap is not None:
        message = f"the networks could not be listed: {one_line(gap.message)}"
        return Obstacle(message=message, fix="type the name of the network below, or F5 to try again")
    if not inventory.apis.get("compute.googleapis.com", True):
        words = ("gcloud", "services", "enable", "compute.googleapis.com", project)
        message = "the Compute Engine API is not enabled, so there is no network yet"
        return Obstacle(message=message, fix="enable it, then F5", words=words)
    words = ("gcloud", "compute", "networks", "create", "my-vpc", "--subnet-mode=custom", project)
    what = "there are only legacy networks" if inventory.networks else "there is no VPC network"
    message = f"{what} in {inventory.project}"
    return Obstacle(message=message, fix="create one for the targets, then F5", words=words)
