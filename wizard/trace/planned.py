"""What a plan would make of a project, and the sender that its service would be: traced before anything is created."""

from __future__ import annotations

from typing import TypeVar

from msgspec import structs

from wizard.errors import InputError
from wizard.inventory import Inventory
from wizard.network.topology import Topology
from wizard.network.tracing import Origin
from wizard.plan.plan import Plan, Planned
from wizard.plan.registry import AnyStep
from wizard.plan.step import Op
from wizard.plan.steps.connector import CreateConnector
from wizard.plan.steps.firewall import CreateFirewallRule
from wizard.plan.steps.nat import CreateNat
from wizard.plan.steps.new_service import CreateService
from wizard.plan.steps.private_google_access import SetPrivateGoogleAccess
from wizard.plan.steps.service import PatchService
from wizard.plan.steps.subnet import CreateSubnet
from wizard.records import Connector, FirewallRule, Nat, Router, Service, Subnet
from wizard.trace.facts import topology_of
from wizard.trace.origins import origin_of

Made = Subnet | Connector | FirewallRule | Router | Service
T = TypeVar("T", bound=Made)

_STAYS = frozenset({Op.BLOCK, Op.SKIP})
"""What a step does that makes nothing of what it wants."""


def planned(inventory: Inventory, plan: Plan) -> tuple[Topology, Origin]:
    """The facts as the plan's steps would leave them, and the sender that its service would be.

    Raises InputError when the plan does not come as far as a service.
    """
    made = made_by(inventory, plan)
    return topology_of(made), origin_of(made, _service(made, plan))


def made_by(inventory: Inventory, plan: Plan) -> Inventory:
    """The inventory as the steps would leave it, as far as packets care. A step that is blocked changes nothing."""
    for one in plan.ordered():
        if one.change.op not in _STAYS:
            inventory = _after(inventory, one)
    return inventory


def _service(made: Inventory, plan: Plan) -> Service:
    steps = (one.step for one in plan.steps if one.change.op not in _STAYS)
    step = next((s for s in steps if isinstance(s, PatchService | CreateService)), None)
    found = [s for s in made.services if step is not None and (s.name, s.region) == (step.name, step.region)]
    if not found:
        raise InputError(
            "the plan does not come as far as the service", field="plan", fix="the review says what is in its way"
        )
    return found[0]


def _after(facts: Inventory, one: Planned) -> Inventory:
    step = one.step
    match step:
        case CreateSubnet():
            return structs.replace(facts, subnets=_with(facts.subnets, _subnet(step)))
        case CreateConnector():
            anew = one.change.op in (Op.REPLACE, Op.WAIT)
            return structs.replace(facts, connectors=_with(facts.connectors, _connector(step), anew=anew))
        case CreateFirewallRule():
            return structs.replace(facts, firewalls=_with(_rules(facts), step.rule))
        case CreateNat():
            return structs.replace(facts, routers=_with(facts.routers, _router(step)))
        case SetPrivateGoogleAccess():
            return structs.replace(facts, subnets=tuple(_accessed(s, step) for s in facts.subnets))
        case _:
            return _served(facts, step)


def _served(facts: Inventory, step: AnyStep) -> Inventory:
    """The service with its new settings, which a fresh revision takes."""
    match step:
        case CreateService():
            new = Service(name=step.name, region=step.region, image=step.image, vpc=step.vpc)
            return structs.replace(facts, services=_with(facts.services, new), service=facts.service or new)
        case PatchService():
            known = _with(facts.services, facts.service) if facts.service is not None else facts.services
            services = tuple(structs.replace(s, vpc=step.vpc) if _is(s, step) else s for s in known)
            return structs.replace(facts, services=services)
        case _:
            return facts


def _is(service: Service, step: PatchService) -> bool:
    return (service.name, service.region) == (step.name, step.region)


def _with(held: tuple[T, ...], new: T, *, anew: bool = False) -> tuple[T, ...]:
    """What there is and the new one; what has its name and place already stays as it is, unless it is made `anew`."""
    same = [one for one in held if _place(one) == _place(new)]
    if same and not anew:
        return held
    return (*(one for one in held if one not in same), new)


def _place(one: Made) -> tuple[str, str]:
    return ("", one.name) if isinstance(one, FirewallRule) else (one.region, one.name)


def _rules(facts: Inventory) -> tuple[FirewallRule, ...]:
    """The classic rules, as `facts_of` sees them: those in force where the list could not be read."""
    return facts.firewalls or tuple(rule for effective in facts.effective.values() for rule in effective.rules)


def _subnet(step: CreateSubnet) -> Subnet:
    return Subnet(
        name=step.name,
        network=step.network,
        region=step.region,
        range=step.range,
        private_google_access=step.private_google_access,
    )


def _connector(step: CreateConnector) -> Connector:
    return Connector(
        name=step.name,
        region=step.region,
        network="" if step.subnet else step.network.rsplit("/", 1)[-1],
        range="" if step.subnet else step.range,
        subnet=step.subnet,
    )


def _router(step: CreateNat) -> Router:
    nat = Nat(name=f"{step.name}-nat", subnets=(step.subnet,))
    return Router(name=step.name, network=step.network, region=step.region, nats=(nat,))


def _accessed(subnet: Subnet, step: SetPrivateGoogleAccess) -> Subnet:
    mine = (subnet.name, subnet.region) == (step.name, step.region)
    return structs.replace(subnet, private_google_access=step.on) if mine else subnet
