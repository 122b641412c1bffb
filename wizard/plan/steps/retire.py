"""The end of a migration: a connector that nothing uses any more, and what only it had, are deleted."""

from __future__ import annotations

from wizard.errors import RunvpcError
from wizard.plan.step import Change, Needs, Op, Step
from wizard.plan.steps._holders import holders_of
from wizard.plan.steps.connector import DeleteConnector
from wizard.plan.steps.firewall import CreateFirewallRule
from wizard.plan.steps.subnet import DeleteSubnet
from wizard.ports import Cloud, Operation
from wizard.records import AnyResource, FirewallRule, Ref


class StillUsed(RunvpcError):
    """Something began to use the connector after the plan was made."""

    def __init__(self, connector: Ref, holders: tuple[str, ...]) -> None:
        some = ", ".join(holders[:8]) + (f" and {len(holders) - 8} more" if len(holders) > 8 else "")
        super().__init__(f"{connector} is still used by {some}", code="connector_in_use", fix="move these first")


class RetireConnector(DeleteConnector, frozen=True, kw_only=True, tag="connector-retire"):
    """Deletes a connector for good. Whether anything uses it is looked up again just before the call."""

    @property
    def title(self) -> str:
        return f"connector {self.name} deleted"

    @property
    def why(self) -> str:
        return "nothing uses it any more"

    @property
    def needs(self) -> Needs:
        permissions = ("vpcaccess.connectors.delete", "run.services.list", "run.revisions.list", "run.jobs.list")
        return Needs(apis=("vpcaccess.googleapis.com",), permissions=permissions)

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        holders = await holders_of(cloud, self.ref)
        if holders:
            raise StillUsed(self.ref, holders)
        return await cloud.delete(self.ref, etag="", request_id=request_id)


class RetireFirewallRule(Step, frozen=True, kw_only=True, tag="firewall-retire"):
    """Deletes a rule that let in nothing but the connector, if it still is as it was planned on."""

    rule: FirewallRule

    @property
    def ref(self) -> Ref:
        return Ref(kind="firewall", project=self.project, name=self.rule.name)

    @property
    def title(self) -> str:
        return f"firewall rule {self.rule.name} deleted"

    @property
    def needs(self) -> Needs:
        permissions = ("compute.firewalls.delete", "compute.networks.updatePolicy")
        return Needs(apis=("compute.googleapis.com",), permissions=permissions)

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, FirewallRule):
            return Change(op=Op.SKIP, reason="already gone")
        if CreateFirewallRule(project=self.project, rule=self.rule, why="as it was").decide(found).op is not Op.REUSE:
            return Change(op=Op.BLOCK, reason="somebody has changed it")
        return Change(op=Op.DELETE, reason="it let in nothing but the connector")

    def inverse(self, change: Change, before: AnyResource | None) -> Step | None:
        if change.op is not Op.DELETE:
            return None
        return CreateFirewallRule(project=self.project, rule=self.rule, why="as it was")

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "compute", "firewall-rules", "delete", self.rule.name]
        return [[*command, f"--project={self.project}", "--quiet"]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        return await cloud.delete(self.ref, etag="", request_id=request_id)


class RetireSubnet(DeleteSubnet, frozen=True, kw_only=True, tag="subnet-retire"):
    """Deletes the subnet that was the connector's own. What is held for a while is left, and `resume` tries again."""

    @property
    def title(self) -> str:
        return f"subnet {self.name} ({self.range}) deleted"

    @property
    def why(self) -> str:
        return "it was the connector's own"
