"""What stays on the connector whatever this plan does, and what could not be seen at all."""

from __future__ import annotations

from msgspec import structs

from wizard.answers import Answers
from wizard.fleet.draft import MigrationDraft, names
from wizard.fleet.model import group_of
from wizard.plan.setup import preflight


def report_unseen(draft: MigrationDraft) -> None:
    """Gaps of what was read, other projects, and users that no change of Cloud Run moves."""
    fleet, setup = draft.fleet, draft.setup(Answers())
    said = [gap for gap in fleet.inventory.gaps if gap.what == "services" or gap not in fleet.unseen]
    setup.inventory = structs.replace(fleet.inventory, gaps=tuple(said))
    preflight.report_gaps(setup)
    draft.adopt(setup)
    unseen = [gap for gap in fleet.unseen if gap not in said]
    if unseen:
        each = "; ".join(f"{gap.what}: {gap.message}" for gap in unseen)
        draft.warn("unseen_user", f"could not be looked into, any of it may use the connector: {each}")
    if fleet.fixed:
        draft.warn(
            "fixed_user",
            f"not moved from here: {names(f'{user.kind} {user.name}' for user in fleet.fixed)}",
            "deploy 1st generation functions as 2nd generation ones; App Engine standard keeps a connector, a small one"
            " of its own will do",
        )
    for other in fleet.elsewhere:
        if other.users:
            draft.warn(
                "other_project",
                f"users in project {other.project} are not moved from here: {names(map(group_of, other.users))}",
                f"runvpc migrate --project {other.project} --connector {_full_name(draft)}",
            )


def _full_name(draft: MigrationDraft) -> str:
    fleet, connector = draft.fleet, draft.fleet.connector
    name = connector.name if connector is not None else draft.answers.connector
    return f"projects/{fleet.home}/locations/{fleet.region}/connectors/{name}"
