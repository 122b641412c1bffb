"""What each size of a connector carries and costs, which one is recommended, and what is planned."""

from __future__ import annotations

from msgspec import Struct

from wizard.advice.cost import connector_cost, instance_month
from wizard.advice.sizing import Size, recommend, throughput
from wizard.answers import ConnectorAnswers
from wizard.errors import InputError
from wizard.guide.ground import Ground
from wizard.network.limits import limits

FEWEST, MOST = "fewest", "most"


class TypeRow(Struct, frozen=True, kw_only=True):
    """One machine type with the counts that are planned: Mbps and US dollars a month, fewest to most instances.

    The dollars are None where no price is on file. `share` is `mbps_max` of the largest type's, 0 to 1.
    """

    machine_type: str
    mbps_min: int
    mbps_max: int
    usd_min: float | None
    usd_max: float | None
    share: float
    chosen: bool
    recommended: bool


class CountRow(Struct, frozen=True, kw_only=True):
    """One number of instances of the chosen machine type. `planned`: a connector may have so many.

    `mark` is `fewest`, `most` or empty; `share` is its Mbps of those with the most instances possible, 0 to 1.
    """

    instances: int
    mbps: int
    usd: float | None
    share: float
    planned: bool
    mark: str


class Sizes(Struct, frozen=True, kw_only=True):
    """All of it. `plan_with` is the figure to plan with (empty: not `known`), `basis` a sentence on each figure.

    `recommended` is the size for the expected rate, `taken` whether it is what is planned, and `kept` whether the
    connector exists and keeps its size.
    """

    types: tuple[TypeRow, ...]
    counts: tuple[CountRow, ...]
    plan_with: str
    known: bool
    basis: tuple[str, ...]
    recommended: Size
    taken: bool
    kept: bool


def sizes(ground: Ground, mbps: float = 0.0) -> Sizes:
    """The sizes for this region, with the answered one marked and the recommended one for `mbps` (0: not known).

    Raises InputError for a rate that cannot be.
    """
    machine_type, fewest, most = planned_size(ground)
    best = recommend(mbps)
    price = connector_cost(machine_type, fewest, most, ground.region)
    types = limits().connector.machine_types
    top = max(throughput(name, fewest, most).mbps_max for name in types)
    return Sizes(
        types=tuple(_type(ground.region, name, (machine_type, fewest, most), best, top) for name in types),
        counts=_counts(ground.region, machine_type, fewest, most),
        plan_with=f"${price.usd_max:,.2f} a month" if price.known else "",
        known=price.known,
        basis=(price.basis, throughput(machine_type, fewest, most).basis),
        recommended=best,
        taken=(machine_type, fewest, most) == (best.machine_type, best.min_instances, best.max_instances),
        kept=ground.kept is not None,
    )


def planned_size(ground: Ground) -> tuple[str, int, int]:
    """Machine type, fewest and most instances: of the connector that exists, else as answered, else the default."""
    held = ground.kept or ground.answers.connector
    try:
        throughput(held.machine_type, held.min_instances, held.max_instances)
    except InputError:
        best = recommend()
        return best.machine_type, best.min_instances, best.max_instances
    return held.machine_type, held.min_instances, held.max_instances


def rate(text: str) -> float:
    """An expected throughput in Mbps as typed; 0 for nothing typed. Raises InputError for what is no number."""
    try:
        return float(text.replace(",", "")) if text.strip() else 0.0
    except ValueError as error:
        raise InputError("the rate must be a number of Mbps", field="mbps", fix="for example 300") from error


def counts_with(held: ConnectorAnswers, instances: int) -> tuple[int, int]:
    """Fewest and most instances when this row of the counts is chosen: it is the most; the fewest stay below it."""
    bounds = limits().connector
    if instances < bounds.max_instances[0]:
        return instances, held.max_instances
    return min(held.min_instances, instances - 1), instances


def _type(region: str, name: str, planned: tuple[str, int, int], best: Size, top: int) -> TypeRow:
    machine_type, fewest, most = planned
    carries = throughput(name, fewest, most)
    price = connector_cost(name, fewest, most, region)
    return TypeRow(
        machine_type=name,
        mbps_min=carries.mbps_min,
        mbps_max=carries.mbps_max,
        usd_min=price.usd_min if price.known else None,
        usd_max=price.usd_max if price.known else None,
        share=carries.mbps_max / top,
        chosen=name == machine_type,
        recommended=name == best.machine_type,
    )


def _counts(region: str, machine_type: str, fewest: int, most: int) -> tuple[CountRow, ...]:
    bounds = limits().connector
    low, high = bounds.min_instances[0], bounds.max_instances[1]
    largest = throughput(machine_type, low, high).mbps_max
    each = largest // high
    month = instance_month(machine_type, region)
    return tuple(
        CountRow(
            instances=count,
            mbps=each * count,
            usd=round(month * count, 2) if month is not None else None,
            share=count / high,
            planned=fewest <= count <= most,
            mark=FEWEST if count == fewest else MOST if count == most else "",
        )
        for count in range(low, high + 1)
    )


class ConnectorName(Struct, frozen=True, kw_only=True):
    """A connector that can be used: `value` is the answer (empty: a new one under the usual name)."""

    value: str
    title: str
    words: str
    chosen: bool
    refused: str = ""


def connector_names(ground: Ground) -> tuple[ConnectorName, ...]:
    """A new connector, and those of this network and region that exist; nothing to choose when none exists."""
    homes = {(s.name, s.region): s.network for s in ground.inventory.subnets}
    found = []
    for held in ground.inventory.connectors:
        home = held.network or homes.get((held.subnet, held.region), "")
        if (home, held.region) != (ground.network.name, ground.region) or not held.name:
            continue
        size = f"{held.machine_type}, {held.min_instances} to {held.max_instances}"
        found.append(
            ConnectorName(
                value=held.name,
                title=held.name,
                words=f"exists, {size}, {held.range or held.subnet}",
                chosen=held.name == ground.connector,
                refused="" if held.state == "READY" else f"its state is {held.state}",
            )
        )
    if not found:
        return ()
    answered = ground.answers.connector.name
    own = any(held.value == ground.connector for held in found)
    new = "" if own else answered
    title, words = ("a new one", "") if own else (ground.connector, "new")
    return (ConnectorName(value=new, title=title, words=words, chosen=not own), *found)
