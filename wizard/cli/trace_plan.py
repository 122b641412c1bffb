"""`runvpc trace … --as plan`: the network as the plan of an answers file would make it, before anything is created."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from wizard.answers import Answers
from wizard.errors import InputError
from wizard.inventory import Inventory
from wizard.network.topology import Topology
from wizard.network.tracing import Origin
from wizard.plan.setup import plan_setup
from wizard.probe.targets import parse
from wizard.records import Service, Target
from wizard.trace.origins import Subject
from wizard.trace.planned import made_by, planned

PLAN = "plan"
"""The value of `--as` that means the plan of the answers."""


def as_planned(
    facts: Inventory, subject: Subject, answers: Answers, named: Sequence[Target]
) -> tuple[Inventory, Topology, Origin]:
    """Facts, their indexes and the sender after the plan. Without targets among the answers it is made for those named.

    Raises InputError for a revision or job, without any target, and when the plan cannot be made.
    """
    if not isinstance(subject, Service):
        raise InputError("a set-up is for a service", field="--as", fix="name a service, or --as direct:SUBNET")
    targets = tuple(parse(text) for text in answers.targets) or tuple(named)
    if not targets:
        raise InputError("a plan is made for targets", field="TARGET", fix="name one", code="missing_input")
    known = structs.replace(facts, service=subject)
    plan = plan_setup(known, structs.replace(answers, service=subject.name), targets, PLAN)
    topology, origin = planned(known, plan)
    return made_by(known, plan), topology, origin
