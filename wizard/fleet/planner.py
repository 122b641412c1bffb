"""The planner of a migration: everything that uses a connector, and wishes, in; a Plan with a group for each out."""

from __future__ import annotations

from msgspec import structs

from wizard.errors import InputError
from wizard.fleet.answers import CONNECTOR, FLOW, MigrateAnswers
from wizard.fleet.checks.addresses import Budget, check_addresses
from wizard.fleet.checks.firewall import check_firewall
from wizard.fleet.checks.internet import check_internet
from wizard.fleet.checks.owners import check_owners, report_owners
from wizard.fleet.checks.policy import check_policy
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
    if answers.to == CONNECTOR and not answers.connector:
        fix = "--connector NAME, one that is there or a new one"
        raise InputError("missing: connector (--connector)", field="connector", fix=fix, code="missing_input")
    draft = MigrationDraft(fleet=fleet, answers=answers, token=token)
    report_unseen(draft)
    chosen = check_readiness(draft, select(draft))
    chosen = with_targets(draft, chosen)
    owned = check_owners(draft, chosen)
    check_policy(draft, chosen)
    moves = draft.going(chosen)
    if not chosen:
        draft.info("nothing_to_move", "nothing that was chosen is left to be moved")
    moves, ground, budget = _settled(draft, moves)
    report_owners(draft, owned, ground)
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


def _settled(draft: MigrationDraft, moves: tuple[Move, ...]) -> tuple[tuple[Move, ...], Ground | None, Budget]:
    """The moves that remain, where they go, and what the rollout may do; their steps and what all share are added.

    What is shared is made for those alone that move: when some turn out to be held back, it is planned once more.
    """
    mark = len(draft.findings)
    while moves:
        known = len(draft.held)
        ground = lay_ground(draft, moves)
        if ground is None:
            break
        chosen = tuple(_with_settings(draft, ground, move) for move in check_startup(draft, moves))
        budget, shared = _shared(draft, ground, chosen)
        if len(draft.held) == known:
            for move in chosen:
                add_stages(draft, move, shared)
            return chosen, ground, budget
        moves = draft.going(moves)
        draft.steps.clear()
        draft.findings[mark:] = [finding for finding in draft.findings[mark:] if finding in draft.reasons]
    draft.steps.clear()
    return (), None, Budget()


def _shared(draft: MigrationDraft, ground: Ground, moves: tuple[Move, ...]) -> tuple[Budget, tuple[str, ...]]:
    """Check what all share, and add steps for what it lacks; their ids."""
    budget = check_addresses(draft, ground, moves)
    moves = draft.going(moves)
    internet = check_internet(draft, ground, moves)
    moves = draft.going(moves)
    firewall = check_firewall(draft, ground, moves)
    check_routes(draft, ground, moves)
    return budget, tuple(dict.fromkeys((*ground.ready, *internet, *firewall)))


def _with_settings(draft: MigrationDraft, ground: Ground, move: Move) -> Move:
    """What it will have, and what its URL answers now if it may be called."""
    name, fleet = move.user.name, draft.fleet
    normal = fleet.answers_now.get(name, 0) if move.service is not None and name in fleet.public else 0
    return structs.replace(move, vpc=ground.vpc_of(move), normal=normal)
