"""Classic VPC firewall rules: creating an allow rule, and deleting our own."""

from __future__ import annotations

from wizard.plan.step import Block, Change, FieldChange, Needs, Op, Outcome, Step
from wizard.ports import Cloud, Operation
from wizard.records import AnyResource, FirewallRule, Ref

_COMPARED = (
    "network",
    "direction",
    "priority",
    "action",
    "protocols",
    "sources",
    "destinations",
    "source_tags",
    "target_tags",
    "disabled",
)


class CreateFirewallRule(Step, frozen=True, kw_only=True, tag="firewall"):
    """Creates `rule` exactly as it is; `why` says which targets it opens."""

    rule: FirewallRule
    why: str

    @property
    def ref(self) -> Ref:
        return Ref(kind="firewall", project=self.project, name=self.rule.name)

    @property
    def title(self) -> str:
        what = " ".join(_protocol_words(self.rule))
        return f"firewall rule {self.rule.name}: {self.rule.action} {what} at priority {self.rule.priority}"

    @property
    def needs(self) -> Needs:
        return Needs(
            apis=("compute.googleapis.com",),
            permissions=("compute.firewalls.create", "compute.networks.updatePolicy"),
        )

    @property
    def usual(self) -> float:
        return 10.0

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, FirewallRule):
            return Change(op=Op.CREATE, reason=self.why)
        differences = tuple(
            FieldChange(field, str(getattr(found, field)), str(getattr(self.rule, field)))
            for field in _COMPARED
            if _comparable(getattr(found, field)) != _comparable(getattr(self.rule, field))
        )
        if differences:
            return Change(op=Op.BLOCK, reason="another rule has this name; rename or delete it", fields=differences)
        return Change(op=Op.REUSE, reason="exists exactly like this")

    def inverse(self, change: Change, before: AnyResource | None) -> Step | None:
        return DeleteFirewallRule(project=self.project, name=self.rule.name) if change.op is Op.CREATE else None

    def gcloud(self) -> list[list[str]]:
        rule = self.rule
        command = ["gcloud", "compute", "firewall-rules", "create", rule.name, f"--project={self.project}"]
        command += [f"--network={rule.network}", f"--direction={rule.direction}", f"--action={rule.action.upper()}"]
        command += [f"--rules={','.join(_protocol_words(rule))}", f"--priority={rule.priority}"]
        lists = (
            ("--source-ranges", rule.sources),
            ("--destination-ranges", rule.destinations),
            ("--source-tags", rule.source_tags),
            ("--target-tags", rule.target_tags),
        )
        return [command + [f"{flag}={','.join(values)}" for flag, values in lists if values]]

    def terraform(self) -> tuple[Block, ...]:
        rule = self.rule
        attributes: dict[str, object] = {
            "project": self.project,
            "name": rule.name,
            "network": rule.network,
            "direction": rule.direction,
            "priority": rule.priority,
        }
        lists = (
            ("source_ranges", rule.sources),
            ("destination_ranges", rule.destinations),
            ("source_tags", rule.source_tags),
            ("target_tags", rule.target_tags),
        )
        attributes.update({name: list(values) for name, values in lists if values})
        attributes[rule.action] = [
            {"protocol": p.protocol, **({"ports": list(p.ports)} if p.ports else {})} for p in rule.protocols
        ]
        return (Block(type="google_compute_firewall", label=rule.name, attributes=attributes),)

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        return await cloud.create(self.ref, self.rule, request_id=request_id)

    async def check(self, cloud: Cloud, found: AnyResource | None) -> Outcome:
        if self.decide(found).op is Op.REUSE:
            return Outcome(observed="in force")
        return Outcome(error=f"firewall rule {self.rule.name} is not as it was sent", code="not_applied")


class DeleteFirewallRule(Step, frozen=True, kw_only=True, tag="firewall-delete"):
    """Deletes a firewall rule that a run of ours created."""

    name: str

    @property
    def ref(self) -> Ref:
        return Ref(kind="firewall", project=self.project, name=self.name)

    @property
    def needs(self) -> Needs:
        return Needs(
            apis=("compute.googleapis.com",),
            permissions=("compute.firewalls.delete", "compute.networks.updatePolicy"),
        )

    @property
    def reversible(self) -> bool:
        return False

    def decide(self, found: AnyResource | None) -> Change:
        if not isinstance(found, FirewallRule):
            return Change(op=Op.SKIP, reason="already gone")
        return Change(op=Op.DELETE, reason="created by this run")

    def gcloud(self) -> list[list[str]]:
        command = ["gcloud", "compute", "firewall-rules", "delete", self.name]
        return [[*command, f"--project={self.project}", "--quiet"]]

    async def send(self, cloud: Cloud, change: Change, found: AnyResource | None, request_id: str) -> Operation:
        return await cloud.delete(self.ref, etag="", request_id=request_id)


def _protocol_words(rule: FirewallRule) -> list[str]:
    """`tcp:6379`, `icmp`, as gcloud's --rules takes them."""
    return [f"{p.protocol}:{port}" for p in rule.protocols for port in p.ports] + [
        p.protocol for p in rule.protocols if not p.ports
    ]


def _comparable(value: object) -> object:
    return frozenset(value) if isinstance(value, tuple) else value
