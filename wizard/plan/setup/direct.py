"""The Direct VPC egress path: an existing subnet with room, or a new one sized by the address budget."""

from __future__ import annotations

from wizard.network.address_budget import AddressBudget, budget
from wizard.plan.setup.addresses import choose_range, own_subnet_name
from wizard.plan.setup.draft import Draft, Egress
from wizard.plan.steps.subnet import CreateSubnet
from wizard.records import Network, Subnet


def plan_direct(draft: Draft, network: Network, ready: tuple[str, ...]) -> Egress | None:
    """Steps for the subnet; None after a blocking finding."""
    tags = draft.answers.direct.tags
    if draft.answers.subnet:
        subnet = _existing_subnet(draft, network, draft.answers.subnet)
        if subnet is None:
            return None
        return Egress(network=network, kind="direct", range=subnet.range, subnet=subnet.name, tags=tags)
    needed = _budget(draft)
    chosen = choose_range(draft, network, needed.smallest_prefix, at_least=True)
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
    draft.info("address_budget", f"the new /{chosen.rsplit('/', 1)[-1]} holds {needed.explanation}")
    return Egress(network=network, kind="direct", range=chosen, subnet=step.name, tags=tags, ready=(id_,))
