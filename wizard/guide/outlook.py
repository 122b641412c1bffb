"""What a set-up plan comes to, read from its steps: the network, the way in, addresses, rules."""

from __future__ import annotations

from msgspec import Struct

from wizard.plan.plan import Plan, Planned
from wizard.plan.steps.connector import CreateConnector
from wizard.plan.steps.firewall import CreateFirewallRule
from wizard.plan.steps.nat import CreateNat
from wizard.plan.steps.new_service import CreateService
from wizard.plan.steps.private_google_access import SetPrivateGoogleAccess
from wizard.plan.steps.service import PatchService
from wizard.plan.steps.subnet import CreateSubnet
from wizard.records import VpcAccess

CONNECTOR, DIRECT = "connector", "direct"


class Outlook(Struct, frozen=True, kw_only=True):
    """The parts of a plan by what they are; None or empty where the plan has none (it may be blocked)."""

    service: Planned | None = None
    vpc: VpcAccess = VpcAccess()
    subnet: Planned | None = None
    connector: Planned | None = None
    firewalls: tuple[Planned, ...] = ()
    nat: Planned | None = None
    private_google_access: Planned | None = None
    network: str = ""

    @property
    def path(self) -> str:
        """`connector`, `direct`, or empty when the plan does not come that far."""
        if self.connector is not None:
            return CONNECTOR
        return "" if self.vpc.kind == "none" else self.vpc.kind


def outlook(plan: Plan | None) -> Outlook:
    """The parts of this plan."""
    found = Outlook()
    for planned in plan.steps if plan is not None else ():
        found = _with(found, planned)
    return found


def _with(found: Outlook, planned: Planned) -> Outlook:
    from msgspec.structs import replace

    match planned.step:
        case PatchService() | CreateService() as step:
            network = found.network or _short(step.vpc.network)
            return replace(found, service=planned, vpc=step.vpc, network=network)
        case CreateSubnet() as step:
            return replace(found, subnet=planned, network=step.network)
        case CreateConnector() as step:
            return replace(found, connector=planned, network=found.network or _short(step.network))
        case CreateFirewallRule() as step:
            return replace(found, firewalls=(*found.firewalls, planned), network=found.network or step.rule.network)
        case CreateNat():
            return replace(found, nat=planned)
        case SetPrivateGoogleAccess():
            return replace(found, private_google_access=planned)
        case _:
            return found


def _short(link: str) -> str:
    return link.rsplit("/", 1)[-1]
