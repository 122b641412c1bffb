"""The subnet that packets of Cloud Run come from: one that exists, checked, or one of our own."""

from __future__ import annotations

from collections.abc import Callable

from wizard.network import names
from wizard.plan.setup.draft import Draft
from wizard.plan.steps.subnet import CreateSubnet
from wizard.records import Network, Subnet

_LONGEST_NAME = 60


def named_subnet(draft: Draft, network: Network, problem: Callable[[Subnet], str]) -> Subnet | None:
    """The subnet that the person named, or None after a blocking finding that says why it cannot be used.

    `problem` says in words what else is wrong with a subnet of this network, region and purpose; empty: nothing.
    """
    name = draft.answers.subnet
    subnet = next((s for s in draft.inventory.subnets if (s.name, s.region) == (name, draft.region)), None)
    if subnet is None:
        elsewhere = sorted(s.region for s in draft.inventory.subnets if s.name == name)
        where = f"; one of that name is in {', '.join(elsewhere)}" if elsewhere else ""
        draft.block("subnet_missing", f"there is no subnet {name} in {draft.region}{where}", "--subnet NAME")
        return None
    if subnet.network != network.name:
        why = f"it is in network {subnet.network}, not {network.name}"
    elif subnet.purpose != "PRIVATE":
        why = f"its purpose is {subnet.purpose}, not PRIVATE"
    else:
        why = problem(subnet)
    if why:
        draft.block("subnet_unusable", f"subnet {name} cannot be used: {why}", "leave subnet empty for a new one")
        return None
    return subnet


def own_subnet(draft: Draft, network: Network, name: str, range_: str, use: str) -> CreateSubnet:
    """The step that makes a subnet for `use`; its name is `name`, or with a number when that is taken."""
    return CreateSubnet(
        project=draft.project,
        region=draft.region,
        name=_free_name(draft, name),
        network=network.name,
        range=range_,
        use=use,
        private_google_access=draft.answers.egress == "all-traffic",
    )


def own_name(wanted: str) -> str:
    """The name that a subnet of our own gets first."""
    return names.shorten(wanted, longest=_LONGEST_NAME)


def _free_name(draft: Draft, wanted: str) -> str:
    used = {s.name for s in draft.inventory.subnets if s.region == draft.region}
    name = own_name(wanted)
    candidates = (name, *(f"{name}-{number}" for number in range(2, 100)))
    return next(candidate for candidate in candidates if candidate not in used)
