"""Which users of the connector move: those that were named, or all; and what is said of everything else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from wizard.errors import InputError
from wizard.fleet.answers import CONNECTOR
from wizard.fleet.draft import MigrationDraft, names
from wizard.fleet.model import Move, group_of
from wizard.fleet.users import User
from wizard.records import Job, Service


def select(draft: MigrationDraft) -> tuple[Move, ...]:
    """The moves that were asked for, each with the settings that it has now. Raises InputError for unknown names."""
    fleet, answers = draft.fleet, draft.answers
    check_names(draft)
    users = {group_of(user): user for user in fleet.users}
    _report_moved(draft, users)
    wanted = [group for group in users if group in (answers.services or users) and group not in answers.skip]
    services = {service.name: service for service in fleet.inventory.services}
    jobs = {job.name: job for job in fleet.inventory.jobs}
    moves = (_move(users[group], services, jobs) for group in wanted)
    return tuple(move for move in moves if move is not None)


def check_names(draft: MigrationDraft) -> None:
    """Every name in the answers means something here. Raises InputError for the first that does not."""
    answers = draft.answers
    known = known_names(draft)
    named: list[tuple[str, Iterable[str]]] = [
        ("services", answers.services),
        ("skip", answers.skip),
        ("acknowledged", answers.acknowledged),
        ("promote", answers.promote),
        ("no_probe", answers.no_probe),
        ("rollout.canary", filter(None, (answers.rollout.canary,))),
        *(("wave.services", wave.services) for wave in answers.wave),
    ]
    for field, given in named:
        for name in given:
            if name not in known:
                raise unknown(name, field, known)


def known_names(draft: MigrationDraft) -> dict[str, None]:
    """The names of every service and job of the region, in the words of the answers."""
    world = draft.fleet.inventory
    return dict.fromkeys(
        (
            *(group_of(user) for user in draft.fleet.users),
            *(service.name for service in world.services),
            *(f"job:{job.name}" for job in world.jobs),
        )
    )


def unknown(name: str, field: str, known: Iterable[str]) -> InputError:
    """The error for a name that is none, with those that look like it."""
    known = list(known)
    near = [one for one in known if one == f"job:{name}"] + get_close_matches(name, known, n=3)
    there = ", ".join(dict.fromkeys(near or known[:5])) or "none"
    word = "did you mean" if near else "there"
    return InputError(f"{name[:60]!a}: no such service or job", field=field, fix=f"{word}: {there}")


def _move(user: User, services: Mapping[str, Service], jobs: Mapping[str, Job]) -> Move | None:
    if user.kind == "job":
        job = jobs.get(user.name)
        return None if job is None else Move(user=user, vpc=job.vpc, job=job)
    service = services.get(user.name)
    return None if service is None else Move(user=user, vpc=service.vpc, service=service)


def _report_moved(draft: MigrationDraft, users: Mapping[str, User]) -> None:
    done = [name for name in draft.answers.services if name not in users]
    if not done:
        return
    left = "Direct VPC egress" if draft.answers.to == CONNECTOR else _connector(draft)
    draft.info("already_moved", f"not on {left} (any more), nothing to do: {names(done)}")


def _connector(draft: MigrationDraft) -> str:
    connector = draft.fleet.connector
    return f"connector {connector.name}" if connector is not None else "the connector"
