"""What the caller of a migration needs: tested in one call before the plan is shown."""

from __future__ import annotations

from wizard.fleet.draft import MigrationDraft
from wizard.plan.setup.preflight import PERMISSIONS as SETUP
from wizard.plan.step import Op

PERMISSIONS = tuple(sorted({*SETUP, "run.jobs.get", "run.jobs.update", "run.revisions.get", "compute.routers.update"}))
"""What a migration may need (facts: section 11): `read_fleet` tests them."""


def check_permissions(draft: MigrationDraft) -> None:
    """Block when a step lacks a permission: each missing one with the groups that need it."""
    granted = draft.fleet.inventory.granted
    if granted is None:
        draft.info("permissions_unknown", "permissions could not be tested beforehand")
        return
    missing: dict[str, dict[str, None]] = {}
    for planned in draft.steps:
        if not (planned.change.op.writes or planned.change.op is Op.WAIT):
            continue
        for permission in planned.step.needs.permissions:
            if permission in PERMISSIONS and permission not in granted:
                missing.setdefault(permission, {})[planned.group or planned.id] = None
    if missing:
        each = "; ".join(f"{permission} (for {', '.join(who)})" for permission, who in sorted(missing.items()))
        draft.block(
            "permission_missing",
            f"you lack on {draft.fleet.project}: {each}",
            "ask an administrator of the project for a role that has them",
        )
