"""The range of a new subnet or connector: the person's own, checked, or the first one that is free."""

from __future__ import annotations

from wizard.errors import InputError
from wizard.network import ranges
from wizard.network.intervals import Taken
from wizard.plan.setup.draft import Draft
from wizard.records import Network

AUTO = "auto"


def taken_ranges(draft: Draft, network: Network) -> tuple[Taken, ...]:
    """Everything that a new range in the network must not overlap."""
    facts = draft.inventory
    return ranges.used_ranges(
        network,
        subnets=facts.subnets,
        connectors=facts.connectors,
        addresses=facts.addresses,
        routes=facts.routes,
        peering_routes=facts.peering_routes,
        routers=facts.routers,
    )


def choose_range(draft: Draft, network: Network, prefix: int, *, exactly: bool = True) -> str | None:
    """A CIDR of this prefix length (or, unless `exactly`, a larger block if the person named one).

    None after a blocking finding: the named range cannot be used, or nothing is free.
    """
    taken = taken_ranges(draft, network)
    wanted = draft.answers.range
    if wanted not in ("", AUTO):
        return _check(draft, wanted, taken, prefix, exactly)
    answer = ranges.find_free(taken, prefix, count=1)
    if not answer.free:
        gap = f"the largest free block is {answer.largest_gap}" if answer.largest_gap else "nothing is free"
        draft.block(
            "no_free_range", f"no /{prefix} is free in {network.name}: {gap}", "--range CIDR, or another network"
        )
        return None
    return answer.free[0].range


def _check(draft: Draft, wanted: str, taken: tuple[Taken, ...], prefix: int, exactly: bool) -> str | None:
    try:
        problem = ranges.check(wanted, taken, prefix=prefix) if exactly else ranges.check(wanted, taken, at_most=prefix)
    except InputError as error:
        draft.block("range_invalid", error.message, error.fix)
        return None
    if problem is None:
        return wanted
    if problem.fatal:
        draft.block("range_unusable", problem.message, problem.fix)
        return None
    draft.warn("range_discouraged", problem.message, problem.fix)
    return wanted
