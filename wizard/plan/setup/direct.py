"""The Direct VPC egress path: an existing subnet with room, or a new one sized by the address budget."""

from __future__ import annotations

from wizard.errors import InputError
from wizard.network.address_budget import AddressBudget, OtherUser, budget, longest_prefix
from wizard.network.intervals import parse_found
from wizard.plan.setup.addresses import AUTO, choose_range
from wizard.plan.setup.draft import Draft, Egress
from wizard.plan.setup.subnets import named_subnet, own_name, own_subnet
from wizard.plan.steps._service_words import short
from wizard.records import Network, Subnet

_DEFAULT_MAX_INSTANCES = 100
"""Of a new service (facts: 6.1)."""


def plan_direct(draft: Draft, network: Network, ready: tuple[str, ...]) -> Egress | None:
    """Steps for the subnet; None after a blocking finding."""
    tags = draft.answers.direct.tags
    if draft.answers.subnet:
        subnet = named_subnet(draft, network, direct_problem)
        if subnet is None or not _has_room(draft, subnet):
            return None
        return Egress(network=network, kind="direct", range=subnet.range, subnet=subnet.name, tags=tags, ready=ready)
    kept = _kept(draft, network)
    if kept is not None:
        return Egress(network=network, kind="direct", range=kept.range, subnet=kept.name, tags=tags, ready=ready)
    try:
        needed = budget(max_instances(draft), probe_tasks=probe_tasks(draft))
    except InputError as error:
        draft.block("address_budget", error.message, error.fix)
        return None
    chosen = choose_range(draft, network, needed.smallest_prefix, exactly=False)
    if chosen is None:
        return None
    step = own_subnet(draft, network, _own(draft), chosen, "Direct VPC egress")
    id_ = draft.add(step, after=ready)
    draft.info("address_budget", f"{chosen} has room for {needed.explanation} ({needed.basis})")
    return Egress(network=network, kind="direct", range=chosen, subnet=step.name, tags=tags, ready=(*ready, id_))


def _kept(draft: Draft, network: Network) -> Subnet | None:
    """The subnet that the service is in, or that an earlier set-up made for it, when nothing speaks against it."""
    if draft.answers.range not in ("", AUTO):
        return None
    service = draft.inventory.service
    now = short(service.vpc.subnet) if service is not None else ""
    for name in dict.fromkeys(filter(None, (now, own_name(_own(draft))))):
        subnet = next((s for s in draft.inventory.subnets if (s.name, s.region) == (name, draft.region)), None)
        if subnet is None or (subnet.network, subnet.purpose) != (network.name, "PRIVATE") or direct_problem(subnet):
            continue
        if _needed(draft, subnet).fits and not _of_a_connector(draft, subnet):
            why = "the service is in it" if name == now else "it was made for this service"
            draft.info("subnet_kept", f"subnet {name} is used again: {why}", "--range or --subnet for another one")
            return subnet
    return None


def _own(draft: Draft) -> str:
    return f"{draft.answers.service}-direct"


def _of_a_connector(draft: Draft, subnet: Subnet) -> bool:
    return any((c.subnet, c.region) == (subnet.name, subnet.region) for c in draft.inventory.connectors)


def probe_tasks(draft: Draft) -> int:
    """How many instances the probe starts."""
    return len(draft.targets) * draft.answers.probe.attempts


def max_instances(draft: Draft) -> int:
    """The most instances that one revision of the service may have."""
    service = draft.inventory.service
    return service.max_instances if service else _DEFAULT_MAX_INSTANCES


def direct_problem(subnet: Subnet) -> str:
    """Why Direct VPC egress cannot use this subnet at all."""
    if parse_found(subnet.range) is None:
        return f"{subnet.name} has no IPv4 range"
    if _prefix(subnet) > longest_prefix():
        return f"{subnet.range} is too small; it must be a /{longest_prefix()} or larger"
    return ""


def _prefix(subnet: Subnet) -> int:
    return int(subnet.range.rsplit("/", 1)[-1])


def _has_room(draft: Draft, subnet: Subnet) -> bool:
    needed, free = _needed(draft, subnet), subnet.free
    if needed.fits:
        draft.info("address_budget", f"subnet {subnet.name} has room for {needed.explanation} ({needed.basis})")
        return True
    room = needed.usable if free is None else free
    draft.block(
        "address_budget",
        f"subnet {subnet.name} has {room} free addresses; needed at worst: {needed.explanation}",
        f"largest safe max instances here: {needed.largest_safe_max_instances}; or leave subnet empty for a new one",
    )
    return False


def _needed(draft: Draft, subnet: Subnet) -> AddressBudget:
    return budget(
        max_instances(draft),
        prefix=_prefix(subnet),
        free=subnet.free,
        probe_tasks=probe_tasks(draft),
        others=_others(draft, subnet),
    )


def _others(draft: Draft, subnet: Subnet) -> tuple[OtherUser, ...]:
    """Other services of the region on the same subnet. With the free addresses reported, they are counted there."""
    if subnet.free is not None:
        return ()
    return tuple(
        OtherUser(name=f"service {s.name}", instances=s.max_instances)
        for s in draft.inventory.services
        if s.name != draft.answers.service and short(s.vpc.subnet) == subnet.name
    )
