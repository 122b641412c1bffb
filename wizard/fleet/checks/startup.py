"""Start-up probes: a fresh instance with Direct VPC egress may have no network for a minute or more (facts: 2.3)."""

from __future__ import annotations

from math import ceil

from msgspec import structs

from wizard.fleet.answers import DIRECT
from wizard.fleet.draft import MigrationDraft, names
from wizard.fleet.model import Move
from wizard.records import StartupProbe

_BUDGET = 240
"""Seconds that all tries of a start-up probe may take together (facts: 6.1)."""


def check_startup(draft: MigrationDraft, moves: tuple[Move, ...]) -> tuple[Move, ...]:
    """Say whose probe gives up before the network is there; with `startup = "extend"` it gets more tries."""
    if draft.answers.to != DIRECT:
        return moves
    needed = draft.answers.probe.start_window
    _report_unguarded(draft, moves)
    short = {m.group: probe for m in moves if (probe := _probe(m)) is not None and window(probe) < needed}
    if not short:
        return moves
    if draft.answers.startup == "extend":
        longer = {group: extended(probe, needed) for group, probe in short.items()}
        each = ", ".join(f"{g} {short[g].failure_threshold} to {longer[g].failure_threshold}" for g in short)
        draft.info("startup_probe", f"start-up probes get more tries, for up to {needed:g} s: {each}")
        return tuple(structs.replace(m, startup_probe=longer.get(m.group)) for m in moves)
    each = ", ".join(f"{group} ({window(probe)} s)" for group, probe in short.items())
    draft.warn(
        "startup_probe",
        f"these give up before the network of a fresh instance may be there ({needed:g} s): {each}",
        "--startup extend gives their start-up probes more tries",
    )
    return moves


def window(probe: StartupProbe) -> int:
    """Seconds after which an instance is given up."""
    return probe.initial_delay + probe.period * probe.failure_threshold


def extended(probe: StartupProbe, seconds: float) -> StartupProbe:
    """The same probe with as many tries as `seconds` take, within what Cloud Run allows."""
    wanted = ceil((seconds - probe.initial_delay) / probe.period)
    most = (_BUDGET - probe.initial_delay) // probe.period
    return structs.replace(probe, failure_threshold=max(probe.failure_threshold, min(wanted, most)))


def _report_unguarded(draft: MigrationDraft, moves: tuple[Move, ...]) -> None:
    """An instance that only opens its port gets requests before it can reach anything (user needs, 1)."""
    services = [move for move in moves if move.service is not None]
    open_ = [m.group for m in services if (probe := _probe(m)) is None or probe.type == "tcp"]
    if open_:
        draft.info(
            "startup_unguarded",
            "without a start-up probe that looks at its targets an instance may get requests before its network is"
            f" there: {names(open_)}",
            "an HTTP start-up probe that answers when the targets do; or the application tries again",
        )


def _probe(move: Move) -> StartupProbe | None:
    return move.service.startup_probe if move.service is not None else None
