"""Reading what the answers of a migration are about."""

from __future__ import annotations

from wizard.fleet.answers import CONNECTOR, MigrateAnswers
from wizard.fleet.model import Fleet
from wizard.fleet.permissions import PERMISSIONS
from wizard.fleet.read import read_fleet
from wizard.ports import Cloud, OpenProject


async def read_answered(
    cloud: Cloud, region: str, answers: MigrateAnswers, open_project: OpenProject | None, *, only_look: bool = False
) -> Fleet:
    """Everything that uses the connector of the answers, and what surrounds it; `only_look`: to show, not to plan.

    Raises CloudError and InputError.
    """
    return await read_fleet(
        cloud,
        region,
        answers.connector,
        open_project=open_project,
        permissions=() if only_look else PERMISSIONS,
        call=not only_look,
        to=answers.to,
        subnet=answers.subnet if answers.to == CONNECTOR else "",
        network=answers.network,
    )
