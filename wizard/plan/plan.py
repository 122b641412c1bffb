"""A Plan: a DAG of Steps with what each would do, findings and cost. Pure; the runner applies it, exporters word it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from graphlib import TopologicalSorter

from msgspec import Struct

from wizard.plan.registry import AnyStep
from wizard.plan.step import Change, Cost, Op


class Severity(StrEnum):
    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


class Finding(Struct, frozen=True, kw_only=True):
    """Something the person should know before applying; a `block` stops the plan (exit code 3)."""

    severity: Severity
    code: str
    message: str
    fix: str = ""


class Planned(Struct, frozen=True, kw_only=True):
    """A step with the change it decided on and the ids of the steps it waits for.

    `group` is the service (`web`) or job (`job:nightly`) whose migration it is a part of; empty for what all share.
    """

    step: AnyStep
    change: Change
    depends_on: tuple[str, ...] = ()
    group: str = ""

    @property
    def id(self) -> str:
        return self.step.id


CHARGED = frozenset({Op.CREATE, Op.REPLACE, Op.CHANGE})
"""What a step does that has a price of its own; what is there already is paid for anyway."""


class Wave(Struct, frozen=True, kw_only=True):
    """Groups that may move at the same time. `not_before` is RFC 3339 text, empty for at once."""

    groups: tuple[str, ...]
    not_before: str = ""


class Rollout(Struct, frozen=True, kw_only=True):
    """In which order the groups of a plan move: wave after wave, in a wave at most `concurrency` of them at once.

    `weights` says how many addresses each group takes, `room` how many there are for all that move at once (0: not
    limited). `timer`: seconds after which a group that is not through is taken back (0: never).
    """

    waves: tuple[Wave, ...] = ()
    concurrency: int = 1
    weights: dict[str, int] = {}
    room: int = 0
    stop_on_failure: bool = True
    timer: float = 0.0


class Plan(Struct, frozen=True, kw_only=True):
    """What a flow wants to do to one project. Steps with a group begin when all steps without one have ended well."""

    flow: str
    project: str
    region: str
    steps: tuple[Planned, ...] = ()
    findings: tuple[Finding, ...] = ()
    rollout: Rollout = Rollout()

    @property
    def blocked(self) -> bool:
        return any(f.severity is Severity.BLOCK for f in self.findings) or any(
            p.change.op is Op.BLOCK for p in self.steps
        )

    @property
    def cost(self) -> Cost:
        """The sum over the steps that make something with a price."""
        costs = [p.step.cost for p in self.steps if p.change.op in CHARGED]
        return Cost(
            monthly_usd_min=round(sum(c.monthly_usd_min for c in costs), 2),
            monthly_usd_max=round(sum(c.monthly_usd_max for c in costs), 2),
            basis="; ".join(dict.fromkeys(c.basis for c in costs if c.basis)) or "no charge of its own",
        )

    def ordered(self) -> Iterator[Planned]:
        """Steps so that each comes after those it depends on, otherwise in the order of the plan.

        Raises graphlib.CycleError when steps wait for each other.
        """
        by_id = {p.id: p for p in self.steps}
        TopologicalSorter({p.id: p.depends_on for p in self.steps}).prepare()
        done: set[str] = set()

        def visit(planned: Planned) -> Iterator[Planned]:
            if planned.id in done:
                return
            done.add(planned.id)
            for id_ in planned.depends_on:
                if id_ in by_id:
                    yield from visit(by_id[id_])
            yield planned

        for planned in self.steps:
            yield from visit(planned)

    def group(self, name: str) -> tuple[Planned, ...]:
        """The steps of one group, in the order of the plan."""
        return tuple(p for p in self.steps if p.group == name)

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of all groups, in the order of the plan."""
        return tuple(dict.fromkeys(p.group for p in self.steps if p.group))

    def step(self, id_: str) -> Planned:
        return next(p for p in self.steps if p.id == id_)
