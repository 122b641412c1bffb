"""What a migration reads of the cloud."""

from __future__ import annotations

from wizard.desk import Session
from wizard.fleet.answers import CONNECTOR, MigrateAnswers
from wizard.fleet.model import Fleet
from wizard.fleet.permissions import PERMISSIONS
from wizard.fleet.read import read_fleet


async def read(session: Session, answers: MigrateAnswers) -> Fleet:
    """Everything that uses the connector, and what surrounds it. Raises CloudError and InputError."""
    return await read_fleet(
        session.cloud,
        session.region,
        answers.connector,
        open_project=session.open_project,
        permissions=PERMISSIONS,
        to=answers.to,
        subnet=answers.subnet if answers.to == CONNECTOR else "",
        network=answers.network,
    )


async def connectors_of(session: Session) -> tuple[str, ...]:
    """The names of the connectors in the session's region. Raises CloudError."""
    found = await session.cloud.connectors()
    return tuple(sorted(one.name for one in found if one.region == session.region))
