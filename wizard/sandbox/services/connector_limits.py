"""What keeps connectors from being made or removed though the request is right: policies and quotas."""

from __future__ import annotations

from wizard.sandbox import org_policies, projects, quotas
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.world import World


def check_new(world: World, body: Body) -> None:
    """Refuse the request for a new connector. Raises ApiError(400)."""
    org_policies.check_connector(world, body)


def refusal(world: World, body: Body, *, making: bool = True) -> ApiError | None:
    """Why the operation that makes (or removes) a connector fails; None when nothing is in the way.

    A blocked Deployment Manager has the misleading text about the service agent (facts: trap 15, 1.9); that its code
    is PERMISSION_DENIED is ours, after the other text about an agent.
    """
    if org_policies.deployment_manager_blocked(world):
        number = projects.numbered(world, projects.owner(body["name"]))
        agent = f"service-{number}@gcp-sa-vpcaccess.iam.gserviceaccount.com"
        text = (
            f"Operation failed: Serverless VPC Access service account ({agent}) needs Serverless VPC Access Service"
            " Agent role in the project."
        )
        return ApiError(403, text)
    try:
        if making:
            quotas.check_machines(world, body)
    except ApiError as error:
        return error
    return None
