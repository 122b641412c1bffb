"""The Direct VPC egress path: an existing subnet with room, or a new one sized by the address budget."""

from __future__ import annotations

from wizard.errors import InputError
from wizard.network.address_budget import OtherUser, budget, longest_prefix
from wizard.plan.setup.addresses import choose_range, own_subnet_name
from wizard.plan.setup.draft import Draft, Egress
from wizard.plan.steps._service_words import short
from wizard.plan.steps.subnet import CreateSubnet
from wizard.records import Network, Subnet

_DEFAULT_MAX_INSTANCES = 100
"""Of a new service (facts: 6.1)."""


def plan_direct(draft: Draft, network: Network, ready: tuple[str, ...]) -> Egress | None:
    """Steps for the subnet; None after a blocking finding."""
    tags = draft.answers.direct.tags
    if draft.answers.subnet:
        subnet = _existing(draft, network, draft.answers.subnet)
        if subnet is None:
            return None
        return Egress(network=network, kind="direct", range=subnet.range, subnet=subnet.name, tags=tags, ready=ready)
    try:
        needed = budget(max_instances(draft), probe_tasks=probe_tasks(draft))
    except InputError as error:
        draft.block("address_budget", error.message, error.fix)
        return None
    chosen = choose_range(draft, network, needed.smallest_prefix, exactly=False)
    if chosen is None:
        return None
    step = CreateSubnet(
        project=draft.project,
        region=draft.region,
        name=own_subnet_name(draft, f"{draft.answers.service}-direct"),
        network=network.name,
        range=chosen,
        use="Direct VPC egress",
        private_google_access=draft.answers.egress == "all-traffic",
    )
    id_ = draft.add(step, after=ready)
    draft.info("address_budget", f"{chosen} has room for {needed.explanation} ({needed.basis})")
    return Egress(network=network, kind="direct", range=chosen, subnet=step.name, tags=tags, ready=(*ready, id_))


def probe_tasks(draft: Draft) -> int:
    """How many instances the probe starts."""
    return len(draft.targets) * draft.answers.probe.attempts


def max_instances(draft: Draft) -> int:
    """The most instances that one revision of the service may have."""
    service = draft.inventory.service
    return service.max_instances if service else _DEFAULT_MAX_INSTANCES


def _existing(draft: Draft, network: Network, name: str) -> Subnet | None:
    """The named subnet if Direct VPC egress may use it; else None after a blocking finding that says why not."""
    subnet = next((s for s in draft.inventory.subnets if (s.name, s.region) == (name, draft.region)), None)
    if subnet is None:
        elsewhere = sorted(s.region for s in draft.inventory.subnets if s.name == name)
        where = f"; one of that name is in {', '.join(elsewhere)}" if elsewhere else ""
        draft.block("subnet_missing", f"there is no subnet {name} in {draft.region}{where}", "--subnet NAME")
        return None
    prefix = int(subnet.range.rsplit("/", 1)[-1])
    problem = ""
    if subnet.network != network.name:
        problem = f"it is in network {subnet.network}, not {network.name}"
    elif subnet.purpose != "PRIVATE":
        problem = f"its purpose is {subnet.purpose}, not PRIVATE"
    elif prefix > longest_prefix():
        problem = f"{subnet.range} is too small; it must be a /{longest_prefix()} or larger"
    if problem:
        draft.block("subnet_unusable", f"subnet {name} cannot be used: {problem}", "leave subnet empty")
        return None
    return subnet if _has_room(draft, subnet, prefix) else None


def _has_room(draft: Draft, subnet: Subnet, prefix: int) -> bool:
    free = subnet.free
    needed = budget(
        max_instances(draft), prefix=prefix, free=free, probe_tasks=probe_tasks(draft), others=_others(draft, subnet)
    )
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


def _others(draft: Draft, subnet: Subnet) -> tuple[OtherUser, ...]:
    """Other services of the region on the same subnet. With the free addresses reported, they are counted there."""
    if subnet.free is not None:
        return ()
    return tuple(
        OtherUser(name=f"service {s.name}", instances=s.max_instances)
        for s in draft.inventory.services
        if s.name != draft.answers.service and short(s.vpc.subnet) == subnet.name
    )
