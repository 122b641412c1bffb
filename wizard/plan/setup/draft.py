"""What the parts of the set-up planner share: the facts, the wishes, and the plan as it grows."""

from __future__ import annotations

from dataclasses import dataclass, field

from wizard.answers import Answers
from wizard.inventory import Inventory
from wizard.plan.plan import Finding, Planned, Severity
from wizard.plan.registry import AnyStep
from wizard.plan.step import Change
from wizard.records import AnyResource, Network, Target


@dataclass
class Draft:
    """A plan in the making. `token` is a short word that makes names of this run unique."""

    inventory: Inventory
    answers: Answers
    targets: tuple[Target, ...]
    token: str
    steps: list[Planned] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def project(self) -> str:
        return self.inventory.project

    @property
    def region(self) -> str:
        return self.inventory.region

    def add(
        self,
        step: AnyStep,
        found: AnyResource | None = None,
        *,
        after: tuple[str, ...] = (),
        change: Change | None = None,
    ) -> str:
        """Append a step with what it decides on `found` (or the `change` that earlier steps will lead to); its id."""
        known = {p.id for p in self.steps}
        depends = tuple(dict.fromkeys(id_ for id_ in after if id_ in known))
        self.steps.append(Planned(step=step, change=change or step.decide(found), depends_on=depends))
        return step.id

    def block(self, code: str, message: str, fix: str = "") -> None:
        self.findings.append(Finding(severity=Severity.BLOCK, code=code, message=message, fix=fix))

    def warn(self, code: str, message: str, fix: str = "") -> None:
        self.findings.append(Finding(severity=Severity.WARN, code=code, message=message, fix=fix))

    def info(self, code: str, message: str, fix: str = "") -> None:
        self.findings.append(Finding(severity=Severity.INFO, code=code, message=message, fix=fix))


@dataclass(frozen=True)
class Egress:
    """How the service will reach the network: the source of its packets and the steps that make it so.

    `range` is the CIDR its packets come from, `subnet` the name of that subnetwork (empty for a bare range).
    """

    network: Network
    kind: str
    range: str
    subnet: str = ""
    connector: str = ""
    tags: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
