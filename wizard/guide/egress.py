"""The two ways into a network side by side, and what each egress mode lets through."""

from __future__ import annotations

from msgspec import Struct, structs

from wizard.advice.cost import connector_cost
from wizard.advice.egress import Advice, Reason
from wizard.flow.model import Model
from wizard.guide.outlook import outlook
from wizard.network.egress_modes import ALL_TRAFFIC, PRIVATE_RANGES_ONLY, Way, first_hop
from wizard.plan.plan import Plan
from wizard.plan.setup import plan_setup
from wizard.plan.setup.draft import Draft
from wizard.plan.setup.network import choose_network
from wizard.plan.setup.path import advise_path
from wizard.plan.steps.subnet import CreateSubnet

CONNECTOR, DIRECT = "connector", "direct"
TITLES = {CONNECTOR: "Serverless VPC Access connector", DIRECT: "Direct VPC egress"}

KINDS: tuple[tuple[str, str], ...] = (
    ("private address", "10.0.0.3"),
    ("public address", "203.0.113.7"),
    ("Google APIs", "storage.googleapis.com"),
    ("internal Run service", "other-abc-uc.a.run.app"),
)
"""Kinds of destination, each with a host that stands for it."""


_RUN = ".run.app"
_ACCESS = "Private Google Access on the subnet"
"""Cloud NAT does not help here: what comes through it is not internal (facts: section 7)."""


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


class Cell(Struct, frozen=True, kw_only=True):
    """What an egress mode does with a kind of destination: `works`, `needs` or `blocked`, and why."""

    word: str
    why: str


class Destination(Struct, frozen=True, kw_only=True):
    """A row of the matrix: a kind of destination, or one of the person's own targets."""

    name: str
    own: bool
    cells: tuple[Cell, Cell]


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


def matrix(model: Model) -> tuple[Destination, ...]:
    """What private-ranges-only and all-traffic do with each kind of destination, and with each target."""
    rows = [_destination(model, name, host, own=False) for name, host in KINDS]
    return (*rows, *(_destination(model, t.url, t.host, own=True) for t in model.targets))


def _destination(model: Model, name: str, host: str, *, own: bool) -> Destination:
    private, everything = (_cell(model, host, mode) for mode in (PRIVATE_RANGES_ONLY, ALL_TRAFFIC))
    return Destination(name=name, own=own, cells=(private, everything))


def _cell(model: Model, host: str, mode: str) -> Cell:
    hop = first_hop(host, mode)
    if not hop.needs:
        return Cell(word="works", why=hop.reason)
    if hop.way is Way.INTERNET and host.endswith(_RUN):
        return Cell(word="blocked", why=f"{hop.reason}; needs {hop.needs}")
    if hop.way is Way.INTERNET:
        return Cell(word="works", why="past the network, as before")
    if host.endswith(_RUN):
        held = _has_private_google_access(model)
        return Cell(word="works", why=_ACCESS) if held else Cell(word="needs", why=_ACCESS)
    if "NAT" in hop.needs and _has_nat(model):
        return Cell(word="works", why="through Cloud NAT")
    return Cell(word="needs", why=hop.needs)


def _has_private_google_access(model: Model) -> bool:
    """Whether the subnet that packets will come from has it, or the plan gives it."""
    parts = outlook(model.plan)
    if parts.private_google_access is not None:
        return True
    if parts.subnet is not None and isinstance(parts.subnet.step, CreateSubnet):
        return parts.subnet.step.private_google_access
    name = parts.vpc.subnet.rsplit("/", 1)[-1]
    subnets = model.inventory.subnets if model.inventory is not None else ()
    return any(s.private_google_access for s in subnets if s.name == name and s.region == model.answers.region)


def _has_nat(model: Model) -> bool:
    """Whether the plan makes Cloud NAT, or the region's routers have it."""
    made = any(planned.step.kind == "nat" for planned in model.plan.steps) if model.plan is not None else False
    facts = model.inventory
    return made or (facts is not None and any(r.nats for r in facts.routers if r.region == facts.region))
