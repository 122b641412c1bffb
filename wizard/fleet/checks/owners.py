"""Who deploys each service: the next deploy of that tool undoes the move, unless its code is changed as well."""

from __future__ import annotations

from wizard.fleet.draft import MigrationDraft, names
from wizard.fleet.ground import Ground
from wizard.fleet.model import Move
from wizard.fleet.owner import snippet

_SHOWN = 3
"""Snippets in one finding; the inventory has those of all."""


def check_owners(draft: MigrationDraft, moves: tuple[Move, ...]) -> tuple[Move, ...]:
    """Those that a tool deploys; they wait until somebody has acknowledged that its code must change too."""
    owned = tuple(move for move in moves if move.user.owner)
    draft.held.update(move.group for move in owned if move.group not in draft.answers.acknowledged)
    return owned


def report_owners(draft: MigrationDraft, owned: tuple[Move, ...], ground: Ground | None) -> None:
    """One finding for each tool, with what to change in its own words."""
    for owner in dict.fromkeys(move.user.owner for move in owned):
        mine = [move for move in owned if move.user.owner == owner]
        known = [move for move in mine if move.group in draft.answers.acknowledged]
        open_ = [move for move in mine if move not in known]
        if open_:
            groups = [move.group for move in open_]
            draft.hold_back(
                "owner",
                groups,
                f"its labels say that {owner} deploys: {names(groups)}; its next deploy undoes the move",
                f"{_snippets(draft, open_, ground)}then --acknowledge {','.join(groups)}",
            )
        if known:
            message = f"{owner} deploys these; its next deploy undoes the move: {names(move.group for move in known)}"
            draft.warn("owner", message, f"{_snippets(draft, known, ground)}before its next deploy")


def _snippets(draft: MigrationDraft, moves: list[Move], ground: Ground | None) -> str:
    if ground is None:
        return "change the settings in its code as well, "
    project = draft.fleet.project
    shown = [text for move in moves[:_SHOWN] if (text := snippet(move.user, ground.vpc_of(move), project))]
    if not shown:
        return "change the settings in its code as well, "
    more = "\n(`runvpc migrate --inventory` has those of the others)" if len(moves) > _SHOWN else ""
    return "change its code as well:\n" + "\n".join(shown) + more + "\n"
