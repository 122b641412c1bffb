"""Where the moved services will send their packets from: a subnet for Direct VPC egress, or a connector."""

from __future__ import annotations

from msgspec import Struct, structs

from wizard.answers import Answers, ConnectorAnswers
from wizard.fleet.answers import CONNECTOR, MigrateAnswers
from wizard.fleet.demand import demand_of, prefixes
from wizard.fleet.draft import MigrationDraft
from wizard.fleet.host_project import host_ground, host_of
from wizard.fleet.model import Fleet, Move
from wizard.fleet.room import room_of
from wizard.network.egress_modes import ALL_TRAFFIC, PRIVATE_RANGES_ONLY
from wizard.plan.setup import preflight
from wizard.plan.setup.addresses import AUTO, choose_range
from wizard.plan.setup.connector import plan_connector
from wizard.plan.setup.direct import direct_problem
from wizard.plan.setup.draft import Draft
from wizard.plan.setup.network import choose_network
from wizard.plan.setup.subnets import named_subnet, own_name, own_subnet
from wizard.records import Network, Subnet, VpcAccess

APIS = {
    "connector": ("run.googleapis.com", "compute.googleapis.com", "vpcaccess.googleapis.com"),
    "direct": ("run.googleapis.com", "compute.googleapis.com"),
}


class Ground(Struct, frozen=True, kw_only=True):
    """What all moved services share. `vpc` are their settings but for the egress mode, `ready` the steps to wait for.

    `network` is None when it is another project's: then nothing of it can be seen, and nothing is made there.
    """

    vpc: VpcAccess
    network: Network | None = None
    range: str = ""
    subnet: Subnet | None = None
    new: bool = False
    ready: tuple[str, ...] = ()

    def vpc_of(self, move: Move) -> VpcAccess:
        """The settings of one of them: it keeps its egress mode (facts: trap 5)."""
        return structs.replace(self.vpc, egress=move.user.egress or PRIVATE_RANGES_ONLY)


def lay_ground(draft: MigrationDraft, moves: tuple[Move, ...]) -> Ground | None:
    """Steps for what is not there yet; None after a blocking finding."""
    answers = draft.answers
    host = host_of(draft)
    if host:
        vpc = host_ground(draft, host)
        return None if vpc is None else Ground(vpc=vpc)
    setup = draft.setup(_setup_answers(draft, moves))
    ready = preflight.enable_apis(setup, APIS[answers.to])
    network = choose_network(setup)
    ground = None
    if network is not None:
        back = answers.to == CONNECTOR
        ground = _connector(setup, network, ready) if back else _subnet(draft, setup, network, ready, moves)
    draft.adopt(setup)
    return ground


def _setup_answers(draft: MigrationDraft, moves: tuple[Move, ...]) -> Answers:
    """The wishes in the words of the set-up planner; what is made is named after the connector."""
    answers, connector = draft.answers, draft.fleet.connector
    name = (connector.name if connector else "") or _short(answers.connector)
    everything = any(move.user.egress == ALL_TRAFFIC for move in moves) or with_google_access(draft.fleet)
    back = answers.to == CONNECTOR
    return Answers(
        project=draft.fleet.project,
        region=draft.fleet.region,
        service=name,
        network=_short(answers.network) or network_of(draft),
        subnet="" if back else _short(answers.subnet),
        range=answers.range,
        egress=ALL_TRAFFIC if everything else PRIVATE_RANGES_ONLY,
        connector=ConnectorAnswers(name=name if back else ""),
    )


def network_of(draft: MigrationDraft) -> str:
    """The network that the users are connected to now; empty when that cannot be said."""
    world, connector = draft.fleet.inventory, draft.fleet.connector
    if connector is not None and connector.subnet:
        held = (s.network for s in world.subnets if (s.name, s.region) == (connector.subnet, connector.region))
        return next(held, "")
    if connector is not None:
        return _short(connector.network)
    places = {(s.name, s.region): s.network for s in world.subnets}
    settings = [(s.vpc, s.region) for s in world.services] + [(j.vpc, j.region) for j in world.jobs]
    now = {_short(vpc.network) or places.get((_short(vpc.subnet), region), "") for vpc, region in settings}
    found = sorted(filter(None, now))
    return found[0] if len(found) == 1 else ""


def with_google_access(fleet: Fleet) -> str:
    """The connector's own subnet, when Private Google Access is on there; else empty."""
    connector = fleet.connector
    place = (connector.subnet, connector.region) if connector is not None else ("", "")
    held = (s.name for s in fleet.inventory.subnets if (s.name, s.region) == place and s.private_google_access)
    return next(held, "")


def _subnet(
    draft: MigrationDraft, setup: Draft, network: Network, ready: tuple[str, ...], moves: tuple[Move, ...]
) -> Ground | None:
    named = bool(setup.answers.subnet)
    subnet = named_subnet(setup, network, direct_problem) if named else _kept(draft, setup, network, moves)
    if subnet is not None:
        return _on(draft.answers, network, subnet, ready=ready)
    return None if named else _new(draft, setup, network, ready)


def _on(
    answers: MigrateAnswers, network: Network, subnet: Subnet, *, ready: tuple[str, ...], new: bool = False
) -> Ground:
    vpc = VpcAccess(network=network.name, subnet=subnet.name, tags=answers.tags)
    return Ground(vpc=vpc, network=network, range=subnet.range, subnet=subnet, new=new, ready=ready)


def _own(setup: Draft) -> str:
    return f"{setup.answers.service}-direct"


def _kept(draft: MigrationDraft, setup: Draft, network: Network, moves: tuple[Move, ...]) -> Subnet | None:
    """The subnet that an earlier part of this migration made, when it has room for this one."""
    if draft.answers.range not in ("", AUTO):
        return None
    place = (own_name(_own(setup)), setup.region, network.name, "PRIVATE")
    same = (s for s in setup.inventory.subnets if (s.name, s.region, s.network, s.purpose) == place)
    subnet = next(same, None)
    if subnet is None or direct_problem(subnet):
        return None
    demands = [demand_of(draft, move) for move in moves]
    most = max((one.moving for one in demands), default=0)
    if sum(one.stays for one in demands) + most > room_of(draft, subnet, moves).left:
        return None
    setup.info("subnet_kept", f"subnet {subnet.name} is used again: it was made for users of this connector")
    return subnet


def _new(draft: MigrationDraft, setup: Draft, network: Network, ready: tuple[str, ...]) -> Ground | None:
    """A subnet with room for every user of the connector, also for those that move another time."""
    sizes = prefixes(draft)
    for number, prefix in enumerate(sizes):
        trial = draft.setup(setup.answers)
        chosen = choose_range(trial, network, prefix, exactly=False)
        if chosen is not None or number == len(sizes) - 1:
            setup.findings += trial.findings
            break
    if not sizes or chosen is None:
        return None
    step = own_subnet(setup, network, _own(setup), chosen, "Direct VPC egress")
    id_ = setup.add(step, after=ready)
    subnet = Subnet(
        name=step.name,
        network=network.name,
        region=setup.region,
        range=chosen,
        private_google_access=step.private_google_access,
    )
    return _on(draft.answers, network, subnet, ready=(*ready, id_), new=True)


def _connector(setup: Draft, network: Network, ready: tuple[str, ...]) -> Ground | None:
    egress = plan_connector(setup, network, ready)
    if egress is None:
        return None
    where = f"projects/{setup.project}/locations/{setup.region}"
    vpc = VpcAccess(connector=f"{where}/connectors/{egress.connector}")
    return Ground(vpc=vpc, network=network, range=egress.range, ready=egress.ready or ready)


def _short(link: str) -> str:
    return link.rsplit("/", 1)[-1]
