"""Which connector is meant when nobody says: the only one of the region that something uses."""

from __future__ import annotations

from msgspec.structs import replace

from wizard.errors import InputError
from wizard.fleet.answers import CONNECTOR, MigrateAnswers
from wizard.fleet.users import users_of
from wizard.ports import Cloud

_EVERY = "-"


async def the_connector(cloud: Cloud, answers: MigrateAnswers) -> MigrateAnswers:
    """The answers with a connector. Raises InputError naming those there are, CloudError when they cannot be read."""
    if answers.connector or answers.to == CONNECTOR:
        return answers
    found = [one for one in await cloud.connectors() if one.region == answers.region]
    if len(found) > 1:
        services, jobs = await cloud.services(answers.region), await cloud.jobs(answers.region)
        revisions = await cloud.revisions(answers.region, _EVERY)
        used = [one for one in found if users_of(one, cloud.project, services=services, revisions=revisions, jobs=jobs)]
        found = used or found
    if len(found) == 1:
        return replace(answers, connector=found[0].name)
    names = ", ".join(sorted(one.name for one in found)) or "none"
    raise InputError(
        f"missing: connector (--connector); in {answers.region}: {names}",
        field="connector",
        fix=f"--connector {found[0].name}" if found else "look at --region; without a connector nothing has to move",
        code="missing_input",
    )
