"""The planner of a migration: everything that uses a connector, and wishes, in; a Plan with a group for each out."""

from __future__ import annotations

from msgspec import structs

from wizard.fleet.answers import FLOW, MigrateAnswers
from wizard.fleet.checks.addresses import Budget, check_addresses
from wizard.fleet.checks.firewall import check_firewall
from wizard.fleet.checks.internet import check_internet
from wizard.fleet.checks.owners import check_owners, report_owners
from wizard.fleet.checks.readiness import check_readiness
from wizard.fleet.checks.routes import check_routes
from wizard.fleet.checks.startup import check_startup
from wizard.fleet.checks.unseen import report_unseen
from wizard.fleet.draft import MigrationDraft, of
from wizard.fleet.ground import Ground, lay_ground
from wizard.fleet.model import Fleet, Move
from wizard.fleet.permissions import check_permissions
from wizard.fleet.rollout import check_waves, plan_rollout
from wizard.fleet.selection import select
from wizard.fleet.stages import add_stages
from wizard.fleet.targets import with_targets
from wizard.fleet.validate import check_answers
from wizard.plan.plan import Plan


def plan_migration(fleet: Fleet, answers: MigrateAnswers, token: str) -> Plan:
    """The plan that moves the users of a connector. Pure: the same facts, wishes and token, the same plan.

    Shared steps have no group and come first. `token` is a short lower-case word, new for each run. Raises InputError
    for answers that cannot be meant.
    """
    check_answers(answers)
    check_waves(answers)
    draft = MigrationDraft(fleet=fleet, answers=answers, token=token)
    report_unseen(draft)
    chosen = check_readiness(draft, select(draft))
    chosen = with_targets(draft, chosen)
    owned = check_owners(draft, chosen)
    moves = draft.going(chosen)
    if not chosen:
        draft.info("nothing_to_move", "nothing that was chosen is left to be moved")
    ground = lay_ground(draft, moves) if moves else None
    report_owners(draft, owned, ground)
    budget = Budget()
    if ground is not None:
        moves, budget = _on_ground(draft, ground, moves)
    if ground is None or not moves:
        moves = ()
        draft.steps.clear()
    rollout = plan_rollout(draft, of(moves), budget)
    check_permissions(draft)
    return Plan(
        flow=FLOW,
        project=fleet.project,
        region=fleet.region,
        steps=tuple(draft.steps),
        findings=tuple(draft.findings),
        rollout=rollout,
    )


def _on_ground(draft: MigrationDraft, ground: Ground, moves: tuple[Move, ...]) -> tuple[tuple[Move, ...], Budget]:
    """The moves that remain after what all share has been checked, with their stages."""
    moves = tuple(_with_settings(draft, ground, move) for move in check_startup(draft, moves))
    budget = check_addresses(draft, ground, moves)
    moves = draft.going(moves)
    shared = (*ground.ready, *check_internet(draft, ground, moves))
    moves = draft.going(moves)
    shared += check_firewall(draft, ground, moves)
    check_routes(draft, ground, moves)
    moves = draft.going(moves)
    for move in moves:
        add_stages(draft, move, tuple(dict.fromkeys(shared)))
    return moves, budget


def _with_settings(draft: MigrationDraft, ground: Ground, move: Move) -> Move:
    """What it will have, and what its URL answers now if it may be called."""
    name, fleet = move.user.name, draft.fleet
    normal = fleet.answers_now.get(name, 0) if move.service is not None and name in fleet.public else 0
    return structs.replace(move, vpc=ground.vpc_of(move), normal=normal)
