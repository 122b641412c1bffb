"""What a migration reads of the cloud."""

from __future__ import annotations

from wizard.desk import Session
from wizard.fleet.answered import read_answered
from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.model import Fleet


async def read(session: Session, answers: MigrateAnswers) -> Fleet:
    """Everything that uses the connector, and what surrounds it. Raises CloudError and InputError."""
    return await read_answered(session.cloud, session.region, answers, session.open_project)


async def connectors_of(session: Session) -> tuple[str, ...]:
    """The names of the connectors in the session's region. Raises CloudError."""
    found = await session.cloud.connectors()
    return tuple(sorted(one.name for one in found if one.region == session.region))
