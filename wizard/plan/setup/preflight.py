"""What is checked before anything is written: APIs, permissions, secrets, what could not be read."""

from __future__ import annotations

from wizard.inventory import POLICY
from wizard.plan.setup.draft import Draft
from wizard.plan.step import Op
from wizard.plan.steps.enable_api import EnableApi
from wizard.records import Api

PERMISSIONS = (
    "compute.addresses.list",
    "compute.firewalls.create",
    "compute.firewalls.delete",
    "compute.firewalls.list",
    "compute.globalOperations.get",
    "compute.networks.getEffectiveFirewalls",
    "compute.networks.list",
    "compute.networks.updatePolicy",
    "compute.regionOperations.get",
    "compute.routers.create",
    "compute.routers.delete",
    "compute.subnetworks.create",
    "compute.subnetworks.delete",
    "compute.subnetworks.list",
    "compute.subnetworks.setPrivateIpGoogleAccess",
    "iam.serviceAccounts.actAs",
    "run.executions.get",
    "run.jobs.create",
    "run.jobs.delete",
    "run.jobs.run",
    "run.services.create",
    "run.services.get",
    "run.services.update",
    "run.tasks.list",
    "serviceusage.services.enable",
    "vpcaccess.connectors.create",
    "vpcaccess.connectors.delete",
    "vpcaccess.operations.get",
)
"""What a set-up may need (facts: section 11); tested in one call before the plan is shown."""

_SAID_ELSEWHERE = ("DNS zones", "machines behind ", POLICY)
"""What traces and the check of a policy alone depend on: they say themselves what they could not see."""

_ESSENTIAL = {"networks", "subnetworks", "services"}


def enable_apis(draft: Draft, names: tuple[str, ...]) -> tuple[str, ...]:
    """A step for each API that is not enabled; their ids, for everything else to wait for."""
    missing = [name for name in names if not draft.inventory.apis.get(name, True)]
    return tuple(draft.add(EnableApi(project=draft.project, api=name), Api(name=name)) for name in missing)


def report_gaps(draft: Draft) -> None:
    """Say what could not be read, and stop when nothing can be planned without it."""
    for gap in draft.inventory.gaps:
        if gap.what.startswith(_SAID_ELSEWHERE):
            continue
        message = f"could not read {gap.what}: {gap.message}"
        if gap.what in _ESSENTIAL:
            draft.block("not_readable", message, "ask for roles/compute.networkViewer and roles/run.viewer")
        else:
            draft.info("not_checked", message, "what depends on it is not checked; the probe will tell")


def check_permissions(draft: Draft) -> None:
    """Block when a step that will write lacks a permission, naming exactly what is missing."""
    granted = draft.inventory.granted
    if granted is None:
        draft.info("permissions_unknown", "permissions could not be tested beforehand")
        return
    needed = {
        permission
        for planned in draft.steps
        if planned.change.op.writes or planned.change.op is Op.WAIT
        for permission in planned.step.needs.permissions
    }
    missing = sorted(permission for permission in needed & set(PERMISSIONS) if permission not in granted)
    if missing:
        draft.block(
            "permission_missing",
            f"you lack {', '.join(missing)} on {draft.project}",
            "ask an administrator of the project for a role that has them",
        )


def check_secrets(draft: Draft) -> None:
    """A secret reference must name a secret that exists; its value is never read."""
    for variable, reference in draft.answers.secrets.items():
        name = reference.partition(":")[0]
        if draft.inventory.secrets.get(name) is False:
            draft.block(
                "secret_missing",
                f"{variable} refers to secret {name}, which does not exist in {draft.project}",
                f"gcloud secrets create {name} --project={draft.project} --data-file=-",
            )
