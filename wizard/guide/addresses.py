"""The ranges and subnets that could be used: what is recommended, what else is free, what is refused and why."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from wizard.errors import InputError
from wizard.guide.existing_subnets import SubnetChoice, existing_subnets, summary
from wizard.guide.ground import Ground
from wizard.network import ranges
from wizard.network.intervals import Taken
from wizard.network.intervals import text as text_of
from wizard.network.ranges import Problem, Rejected

AUTO = "auto"
_FREE = 4
_USABLE, _REFUSED = 12, 6
"""Rows of subnets that are shown one by one; the rest is summed up."""


class Offer(Struct, frozen=True, kw_only=True):
    """One row. `key` and `value` are the answer that it gives; `range` the CIDR it means (empty: none).

    `words` stand beside it, `why` below; `refused` says why it cannot be chosen.
    """

    key: str
    value: str
    title: str
    range: str
    words: str
    why: str = ""
    refused: str = ""
    chosen: bool = False


class Addresses(Struct, frozen=True, kw_only=True):
    """Everything that the page tells. `range` is the CIDR that is chosen now; empty when nothing usable is.

    `problem` is what is wrong with the range or subnet that was answered; `more` sums up subnets that are not among
    the offers; `passed` are blocks before the offered ones with what is in their way.
    """

    range: str
    offers: tuple[Offer, ...]
    passed: tuple[Rejected, ...]
    more: str
    problem: Problem | None = None


def addresses(ground: Ground) -> Addresses:
    """The offers for this network and way in."""
    if ground.kept is not None:
        return _kept(ground)
    wanted = ground.answers.range if ground.answers.range not in ("", AUTO) else ""
    subnet = ground.answers.subnet
    found = ranges.find_free(ground.taken, ground.prefix, count=_FREE)
    existing = existing_subnets(ground)
    problem = _of_subnet(ground, existing) if subnet else range_problem(ground, wanted) if wanted else None
    free = [_free(number, f.range, f.why, wanted) for number, f in enumerate(found.free)]
    if not found.free:
        free.append(_nothing_free(ground, found.largest_gap))
    if subnet:
        free[0] = _unchosen(free[0])
    shown, hidden = _shown(existing, subnet)
    typed = [] if not wanted or any(o.value == wanted for o in free) else [_typed(ground, wanted, problem)]
    if typed and typed[0].refused:
        typed += _next_free(ground, wanted)
    chosen = _range_of(existing, subnet) if subnet else wanted or (found.free[0].range if found.free else "")
    return Addresses(
        range="" if problem is not None and problem.fatal else chosen,
        offers=(*free[:1], *typed, *free[1:], *(_subnet(choice, subnet) for choice in shown)),
        passed=found.rejected,
        more=summary_of(hidden),
        problem=problem,
    )


def range_problem(ground: Ground, text: str) -> Problem | None:
    """What is wrong with a range that a person typed, and the next free one; None for a range that can be used."""
    if text in ("", AUTO):
        return None
    prefix, at_most = (ground.prefix, None) if ground.exactly else (None, ground.prefix)
    try:
        return ranges.check(text, ground.taken, prefix=prefix, at_most=at_most)
    except InputError as error:
        return Problem(message=error.message, fix=error.fix)


def taken_rows(taken: Sequence[Taken], most: int = 12) -> list[tuple[str, str]]:
    """The first ranges in use, as range and user; the last row says how many more there are."""
    rows = [(text_of(t.start, t.end), t.why) for t in taken[:most]]
    more = len(taken) - most
    return [*rows, (f"{more:,} more", "")] if more > 0 else rows


def summary_of(hidden: tuple[SubnetChoice, ...]) -> str:
    """What is not listed one by one."""
    usable = sum(not choice.refused for choice in hidden)
    refused = tuple(choice for choice in hidden if choice.refused)
    parts = [f"{usable:,} more subnets could be used: type a name below"] if usable else []
    if refused:
        parts.append(f"{len(refused):,} more subnets cannot be used: {summary(refused)}")
    return "; ".join(parts)


def _kept(ground: Ground) -> Addresses:
    kept = ground.kept
    name, subnet = (kept.name, kept.subnet) if kept is not None else ("", "")
    range_ = (kept.range if kept is not None else "") or _range_of(existing_subnets(ground), subnet)
    why = "its range cannot be changed; another name on the size page makes a new one"
    words = f"subnet {subnet}" if subnet else "a range of its own"
    offer = Offer(
        key="range", value=AUTO, title=range_ or subnet, range=range_, words=f"{words}, connector {name}", why=why,
        chosen=True,
    )  # fmt: skip
    return Addresses(range=range_, offers=(offer,), passed=(), more="")


def _free(number: int, range_: str, why: str, wanted: str) -> Offer:
    """The first free block is the recommended one: it is looked for again when the plan is made."""
    if number == 0:
        return Offer(
            key="range", value=AUTO, title=range_, range=range_, words="recommended", why=_first(why),
            chosen=wanted in ("", range_),
        )  # fmt: skip
    return Offer(
        key="range", value=range_, title=range_, range=range_, words="free", chosen=wanted == range_
    )  # fmt: skip


def _first(why: str) -> str:
    """`first free, after subnet a in us-central1`, from the reason of the search."""
    after = why.partition(", right after ")[2].rpartition(" (")[0]
    return f"first free, after {after}" if after else "the first free block"


def _nothing_free(ground: Ground, largest: str) -> Offer:
    gap = f"the largest free block is {largest}" if largest else "nothing is free"
    return Offer(
        key="range", value=AUTO, title="a new subnet", range="", words="",
        refused=f"no /{ground.prefix} is free in {ground.network.name}: {gap}",
        chosen=not ground.answers.subnet and ground.answers.range in ("", AUTO),
    )  # fmt: skip


def _typed(ground: Ground, wanted: str, problem: Problem | None) -> Offer:
    if problem is not None and problem.fatal:
        return Offer(
            key="range",
            value=wanted,
            title=wanted,
            range="",
            words="typed",
            refused="cannot be used: see below",
            chosen=True,
        )
    why = f"{problem.message}; {problem.fix}" if problem is not None else f"free in {ground.network.name}"
    return Offer(key="range", value=wanted, title=wanted, range=wanted, words="typed", why=why, chosen=True)


def _next_free(ground: Ground, wanted: str) -> list[Offer]:
    """The next free block after one that cannot be used."""
    try:
        found = ranges.find_free(ground.taken, ground.prefix, start=wanted, count=1).free
    except InputError:
        return []
    return [Offer(key="range", value=f.range, title=f.range, range=f.range, words="the next free one") for f in found]


def _subnet(choice: SubnetChoice, chosen: str) -> Offer:
    return Offer(
        key="subnet",
        value=choice.name,
        title=choice.range or "no IPv4 range",
        range=choice.range,
        words=f"subnet {choice.name}" + ("" if choice.refused else f", {choice.room}"),
        refused=choice.refused,
        chosen=choice.name == chosen,
    )


def _unchosen(offer: Offer) -> Offer:
    return replace(offer, chosen=False)


def _shown(
    existing: tuple[SubnetChoice, ...], chosen: str
) -> tuple[tuple[SubnetChoice, ...], tuple[SubnetChoice, ...]]:
    """The subnets with a row, and the rest. The chosen one always has a row."""
    usable = [choice for choice in existing if not choice.refused]
    refused = [choice for choice in existing if choice.refused]
    shown = [*usable[:_USABLE], *refused[:_REFUSED]]
    rest = [*usable[_USABLE:], *refused[_REFUSED:]]
    also = [choice for choice in rest if choice.name == chosen]
    return (*also, *shown), tuple(choice for choice in rest if choice.name != chosen)


def _range_of(existing: tuple[SubnetChoice, ...], name: str) -> str:
    return next((choice.range for choice in existing if choice.name == name), "")


def _of_subnet(ground: Ground, existing: tuple[SubnetChoice, ...]) -> Problem | None:
    """What is wrong with the subnet that was answered."""
    name = ground.answers.subnet
    choice = next((choice for choice in existing if choice.name == name), None)
    fix = "choose a row above, or leave it empty for a new one"
    if choice is None:
        elsewhere = sorted({f"{s.network} in {s.region}" for s in ground.inventory.subnets if s.name == name})
        where = f"; it is in {', '.join(elsewhere[:3])}" if elsewhere else ""
        place = f"{ground.network.name} in {ground.region}"
        return Problem(message=f"there is no subnet {name} of {place}{where}", fix=fix)
    return Problem(message=f"subnet {name}: {choice.refused}", fix=fix) if choice.refused else None
