"""The two ways into a network side by side, and what each egress mode lets through."""

from __future__ import annotations

from msgspec import Struct, structs

from wizard.advice.cost import connector_cost
from wizard.advice.egress import Advice, Reason
from wizard.errors import InputError
from wizard.flow.model import Model
from wizard.plan.plan import Plan
from wizard.plan.setup import plan_setup
from wizard.plan.setup.draft import Draft
from wizard.plan.setup.network import choose_network
from wizard.plan.setup.path import advise_path
from wizard.trace.matrix import MatrixRow, destinations, egress_matrix
from wizard.trace.planned import made_by, planned

CONNECTOR, DIRECT = "connector", "direct"
TITLES = {CONNECTOR: "Serverless VPC Access connector", DIRECT: "Direct VPC egress"}


class PathOption(Struct, frozen=True, kw_only=True):
    """One way in. `speaks_for` and `against` are sentences; `blocked` what its plan would stumble over."""

    value: str
    title: str
    recommended: bool
    chosen: bool
    price: str
    start: str
    needs: str
    speaks_for: tuple[str, ...]
    against: tuple[str, ...]
    blocked: str


def advice(model: Model) -> Advice | None:
    """The advice for this service in the network of the targets; None while that is not known."""
    if model.inventory is None:
        return None
    draft = Draft(inventory=model.inventory, answers=model.answers, targets=model.targets, token="advice")
    network = choose_network(draft)
    return advise_path(draft, network) if network is not None else None


def options(model: Model) -> tuple[PathOption, ...]:
    """Both ways in, the recommended one first."""
    said = advice(model)
    found = tuple(_option(model, value, said) for value in (CONNECTOR, DIRECT))
    return tuple(sorted(found, key=lambda option: not option.recommended))


def _option(model: Model, value: str, said: Advice | None) -> PathOption:
    choice = said.choice if said is not None else ""
    mine, others = _reasons(said, value)
    return PathOption(
        value=value,
        title=TITLES[value],
        recommended=choice == value,
        chosen=(model.answers.egress_path or choice) == value,
        price=_price(model) if value == CONNECTOR else "no charge of its own",
        start="at once" if value == CONNECTOR else "the network of a new instance may take a minute",
        needs="a /28 of its own" if value == CONNECTOR else "addresses in a subnet, about 2 for each instance",
        speaks_for=tuple(reason.text for reason in mine),
        against=tuple(reason.text for reason in others),
        blocked=_blocked(model, value),
    )


def _reasons(said: Advice | None, value: str) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    if said is None:
        return (), ()
    return (said.reasons, said.counter_reasons) if said.choice == value else (said.counter_reasons, said.reasons)


def _price(model: Model) -> str:
    size = model.answers.connector
    cost = connector_cost(size.machine_type, size.min_instances, size.max_instances, model.answers.region)
    return f"{cost.usd_min:.2f} to {cost.usd_max:.2f} US dollars a month" if cost.known else cost.basis


def _blocked(model: Model, value: str) -> str:
    """The first thing that would stop a plan of this way in; empty when nothing would."""
    if model.inventory is None or not model.targets:
        return ""
    answers = structs.replace(model.answers, egress_path=value, range="auto", subnet="")
    plan: Plan = plan_setup(model.inventory, answers, model.targets, "advice")
    codes = {"range_unusable", "address_budget", "network_legacy"}
    return next((f.message for f in plan.findings if f.severity.value == "block" and f.code in codes), "")


def matrix(model: Model) -> tuple[MatrixRow, ...]:
    """What each egress mode does with each kind of destination, and with each target, once the plan is carried out.

    Empty while the plan does not come as far as the service.
    """
    if model.inventory is None or model.plan is None:
        return ()
    try:
        topology, origin = planned(model.inventory, model.plan)
    except InputError:
        return ()
    made = made_by(model.inventory, model.plan)
    return egress_matrix(topology, origin, destinations(made, topology, origin, model.targets))
