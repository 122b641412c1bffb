"""What pages about addresses and sizes rest on: the network, the way in and what is in use, as the planner has it."""

from __future__ import annotations

from msgspec import Struct

from wizard.answers import Answers
from wizard.errors import InputError
from wizard.flow.model import Model
from wizard.inventory import Inventory
from wizard.network import names
from wizard.network.address_budget import budget, longest_prefix
from wizard.network.intervals import Taken
from wizard.network.limits import limits
from wizard.plan.setup.addresses import taken_ranges
from wizard.plan.setup.direct import max_instances, probe_tasks
from wizard.plan.setup.draft import Draft
from wizard.plan.setup.network import choose_network
from wizard.plan.setup.path import choose_path
from wizard.records import Connector, Network

CONNECTOR, DIRECT = "connector", "direct"


class Ground(Struct, frozen=True, kw_only=True):
    """One network and one way into it.

    `prefix` is the length of the range that is needed: exactly that for a connector, at least that large for Direct
    VPC egress. `instances` is the service's maximum, `tasks` how many instances the live test starts. `kept` is the
    connector that exists already under the answered name: it keeps its range and its size.
    """

    inventory: Inventory
    answers: Answers
    network: Network
    path: str
    prefix: int
    instances: int
    tasks: int
    taken: tuple[Taken, ...]
    connector: str
    kept: Connector | None = None

    @property
    def region(self) -> str:
        return self.inventory.region

    @property
    def exactly(self) -> bool:
        """Whether no other length than `prefix` will do."""
        return self.path == CONNECTOR


def stand(model: Model) -> Ground | str:
    """The ground of these answers, or why there is none yet, in words."""
    facts = model.inventory
    if facts is None:
        return f"{model.reading}…" if model.reading else "the project could not be read: F5 tries again"
    draft = Draft(inventory=facts, answers=model.answers, targets=model.targets, token="")
    network = choose_network(draft)
    if network is None:
        return draft.findings[-1].message if draft.findings else "the network is not known yet"
    try:
        return _ground(draft, network)
    except InputError as error:
        return f"{error.message}; {error.fix}"


def _ground(draft: Draft, network: Network) -> Ground:
    path = choose_path(draft, network)
    answers = draft.answers
    name = answers.connector.name or names.new_connector_name(f"{answers.service or 'service'}-vpc")
    instances, tasks = max_instances(draft), probe_tasks(draft)
    needed = budget(instances, probe_tasks=tasks).smallest_prefix if path == DIRECT else limits().connector.prefix
    return Ground(
        inventory=draft.inventory,
        answers=answers,
        network=network,
        path=path,
        prefix=min(needed, longest_prefix()) if path == DIRECT else needed,
        instances=instances,
        tasks=tasks,
        taken=taken_ranges(draft, network),
        connector=name,
        kept=_existing(draft, name) if path == CONNECTOR else None,
    )


def _existing(draft: Draft, name: str) -> Connector | None:
    """The connector that the plan would use; one in state ERROR is replaced instead."""
    places = (
        (c, c.name == name and c.region == draft.region and c.state != "ERROR") for c in draft.inventory.connectors
    )
    return next((connector for connector, same in places if same), None)
