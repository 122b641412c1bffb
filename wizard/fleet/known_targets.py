"""What is known of what each user must reach: by answer, else by its environment."""

from __future__ import annotations

from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.model import Fleet, Move, group_of
from wizard.fleet.targets import suggested
from wizard.records import VpcAccess


def known_targets(fleet: Fleet, answers: MigrateAnswers) -> dict[str, tuple[str, ...]]:
    """URLs by group, for every user of the fleet."""
    services = {service.name: service for service in fleet.inventory.services}
    jobs = {job.name: job for job in fleet.inventory.jobs}
    found: dict[str, tuple[str, ...]] = {}
    for user in fleet.users:
        is_job = user.kind == "job"
        move = Move(
            user=user,
            vpc=VpcAccess(),
            service=None if is_job else services.get(user.name),
            job=jobs.get(user.name) if is_job else None,
        )
        given = answers.targets.get(group_of(user))
        found[group_of(user)] = given if given is not None else suggested(move, fleet.inventory.zones)
    return found
